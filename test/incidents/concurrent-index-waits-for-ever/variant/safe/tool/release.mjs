import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
await client.query("SET lock_timeout = '300ms'");

/** true: usable; false: the rest of an attempt that gave up; undefined: none. */
const isValid = async () => {
  const { rows } = await client.query('SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)', [
    'fleet.trips_by_van',
  ]);
  return rows[0]?.valid;
};

const attempt = async () => {
  try {
    if ((await isValid()) === false) await client.query('DROP INDEX CONCURRENTLY fleet.trips_by_van');
    if ((await isValid()) === undefined) {
      await client.query('CREATE INDEX CONCURRENTLY trips_by_van ON fleet.trips (van)');
    }
    return await isValid();
  } catch (error) {
    if (error.code !== '55P03') throw error;
    return false;
  }
};

let isDone = await attempt();
for (let tries = 1; !isDone && tries < 60; tries += 1) {
  await pause(250);
  isDone = await attempt();
}
if (isDone) await client.query("INSERT INTO fleet.applied VALUES ('058_trips_by_van.sql') ON CONFLICT DO NOTHING");
else process.exitCode = 1;
await client.end();
