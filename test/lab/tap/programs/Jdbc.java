import java.io.StringReader;
import java.sql.*;
import org.postgresql.PGConnection;

/** JDBC: batches, server-prepared statements after five uses, fetch sizes by portal, COPY, generated keys. */
public class Jdbc {
  public static void main(String[] args) throws Exception {
    String place = System.getenv("PGHOST") + ":" + System.getenv("PGPORT");
    String url = "jdbc:postgresql://" + place + "/" + System.getenv("PGDATABASE");
    try (Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"));
         Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE books (id serial PRIMARY KEY, title text, pages int)");
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO books (title, pages) VALUES (?, ?)", 1)) {
        for (int n = 0; n < 30; n++) {
          insert.setString(1, "book " + n);
          insert.setInt(2, n * 10);
          insert.addBatch();
        }
        System.out.println(insert.executeBatch().length);
      }
      try (PreparedStatement select = connection.prepareStatement("SELECT title FROM books WHERE id = ?")) {
        for (int n = 1; n <= 8; n++) {
          select.setInt(1, n);
          ResultSet rows = select.executeQuery();
          while (rows.next()) System.out.println(rows.getString(1));
        }
      }
      refused(statement, "SELECT 1/0");
      refused(statement, "SELECT * FROM nowhere");
      connection.setAutoCommit(false);
      statement.setFetchSize(7);
      ResultSet rows = statement.executeQuery("SELECT id FROM books ORDER BY id");
      while (rows.next()) System.out.print(rows.getInt(1) + " ");
      System.out.println();
      Savepoint point = connection.setSavepoint();
      refused(statement, "INSERT INTO books (id) VALUES (1)");
      connection.rollback(point);
      connection.commit();
      connection.setAutoCommit(true);
      long copied = connection.unwrap(PGConnection.class).getCopyAPI()
          .copyIn("COPY books (title, pages) FROM STDIN", new StringReader("copied\t1\nagain\t2\n"));
      System.out.println(copied);
      statement.execute("DO $$ BEGIN RAISE NOTICE 'said'; END $$");
      System.out.println(statement.getWarnings().getMessage());
      statement.execute("SELECT 1; SELECT 2");
      statement.execute("DROP TABLE books");
    }
  }

  private static void refused(Statement statement, String sql) {
    try {
      statement.execute(sql);
    } catch (SQLException error) {
      System.out.println(error.getSQLState() + " " + error.getMessage());
    }
  }
}
