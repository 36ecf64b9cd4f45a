/** Looks once, at boot, which columns a table has, and names exactly these in every query from then on. */
export async function loadModel(pool, table, ignoredColumns = []) {
  const { rows } = await pool.query(
    'SELECT column_name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [table],
  );
  const columns = rows.map((row) => row.column_name).filter((name) => !ignoredColumns.includes(name));
  return {
    find: async (id) => (await pool.query(`SELECT ${columns.join(', ')} FROM ${table} WHERE id = $1`, [id])).rows[0],
    update: async (id, changes) => {
      const assignments = Object.keys(changes).map((name, index) => `${name} = $${index + 2}`);
      await pool.query(`UPDATE ${table} SET ${assignments.join(', ')} WHERE id = $1`, [id, ...Object.values(changes)]);
    },
  };
}
