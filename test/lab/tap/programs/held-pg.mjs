import { once } from 'node:events';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
const ask = () => client.query({ name: 'parcel', text: 'SELECT * FROM parcels WHERE id = $1', values: [1] });
await ask();
console.log('asked');
await once(process.stdin, 'data');
console.log(
  await ask().then(
    () => 'answered',
    (error) => error.code,
  ),
);
await client.end();
process.stdin.destroy();
