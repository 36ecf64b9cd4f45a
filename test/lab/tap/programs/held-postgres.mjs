import { once } from 'node:events';
import postgres from 'postgres';

// Outside a transaction this driver asks once more by itself; inside one nobody can.
const sql = postgres({ max: 1, idle_timeout: 0 });
const ask = () => sql.begin((tx) => tx`SELECT * FROM parcels WHERE id = ${1}`);
await ask();
console.log('asked');
await once(process.stdin, 'data');
console.log(
  await ask().then(
    () => 'answered',
    (error) => error.code,
  ),
);
await sql.end();
process.stdin.destroy();
