export const up = (pgm) => {
  pgm.alterColumn('buildings', 'owner', { type: 'varchar(200)' });
};

export const down = (pgm) => pgm.alterColumn('buildings', 'owner', { type: 'varchar(40)' });
