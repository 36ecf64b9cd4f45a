const index = { name: 'readings_by_station' };

/** The ledger row comes after the index: an attempt that ended between the two, or inside the build, left something. */
export const up = (pgm) => {
  pgm.noTransaction();
  pgm.dropIndex('readings', ['station', 'celsius'], { ...index, concurrently: true, ifExists: true });
  pgm.createIndex('readings', ['station', 'celsius'], { ...index, concurrently: true });
};

export const down = (pgm) => {
  pgm.noTransaction();
  pgm.dropIndex('readings', ['station', 'celsius'], { ...index, concurrently: true });
};
