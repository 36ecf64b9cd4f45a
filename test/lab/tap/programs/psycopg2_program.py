"""psycopg2: libpq's simple protocol, server-side cursors, COPY, notices, notifications, two-phase commit."""
import io
import psycopg2
from psycopg2 import extras

connection = psycopg2.connect("")
cursor = connection.cursor()


def refused(sql, values=None):
    try:
        cursor.execute(sql, values)
    except psycopg2.Error as error:
        print(error.pgcode, str(error).strip())
        connection.rollback()


cursor.execute("CREATE TABLE parts (id serial PRIMARY KEY, name text, weight numeric)")
extras.execute_values(cursor, "INSERT INTO parts (name, weight) VALUES %s", [(f"part {n}", n / 4) for n in range(30)])
print(cursor.rowcount, cursor.statusmessage)
connection.commit()
cursor.execute("SELECT * FROM parts WHERE id = %s", (3,))
print(cursor.fetchall(), cursor.description[1].name)
refused("SELECT 1 / %s", (0,))
refused("INSERT INTO parts (id) VALUES (1)")
refused("SELECT * FROM nowhere")
with connection.cursor("kept") as server_side:
    server_side.itersize = 7
    server_side.execute("SELECT id, name FROM parts ORDER BY id")
    print([row for row in server_side])
connection.commit()
cursor.copy_expert("COPY parts (name, weight) FROM STDIN", io.StringIO("bolt\t1\nnut\t2\n"))
print(cursor.rowcount)
out = io.StringIO()
cursor.copy_expert("COPY (SELECT name FROM parts ORDER BY id DESC LIMIT 3) TO STDOUT", out)
print(out.getvalue())
cursor.execute("DO $$ BEGIN RAISE NOTICE 'noted'; END $$")
print(connection.notices)
connection.commit()
connection.autocommit = True
cursor.execute("CREATE INDEX CONCURRENTLY parts_name ON parts (name)")
cursor.execute("LISTEN parts")
cursor.execute("NOTIFY parts, 'moved'")
cursor.execute("SELECT 1")
connection.poll()
print([(notify.channel, notify.payload) for notify in connection.notifies])
cursor.execute("DROP TABLE parts")
print(cursor.statusmessage)
connection.close()
