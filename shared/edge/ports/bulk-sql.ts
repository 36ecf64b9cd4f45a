import type { ServerAddress, SqlSession } from './sql.ts';

/** A session that also moves whole tables as COPY text, a piece at a time. */
export interface BulkSession extends SqlSession {
  /** `sql` is a `COPY … FROM STDIN`; the rows are read no faster than the server takes them. Throws SqlError. */
  copyIn(sql: string, rows: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void>;
  /** `sql` is a `COPY … TO STDOUT`; the server is held up while nobody reads. The iteration throws SqlError. */
  copyOut(sql: string): AsyncIterable<Buffer>;
}

export interface BulkSql {
  connect(address: ServerAddress, applicationName: string): Promise<BulkSession>;
}
