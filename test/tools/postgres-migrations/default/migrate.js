import pg from 'pg';
import { migrate } from 'postgres-migrations';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  await migrate({ client }, 'migrations');
} finally {
  await client.end();
}
