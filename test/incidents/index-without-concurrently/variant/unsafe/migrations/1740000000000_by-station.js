export const up = (pgm) => {
  pgm.createIndex('readings', ['station', 'celsius'], { name: 'readings_by_station' });
};

export const down = (pgm) => pgm.dropIndex('readings', ['station', 'celsius'], { name: 'readings_by_station' });
