import { common, serve } from '../server.js';

const bounces = async (pool) => [200, (await pool.query('SELECT count(*)::int AS bounces FROM bounces')).rows[0]];

serve([...common, ['GET /bounces', bounces]]);
