export const up = (pgm) => {
  pgm.sql('LOCK TABLE points IN ACCESS EXCLUSIVE MODE');
  pgm.sql(`
    DELETE FROM points AS doubled USING points AS kept
    WHERE kept.player = doubled.player AND kept.reason = doubled.reason AND kept.entry < doubled.entry`);
  pgm.addConstraint('points', 'points_once', { unique: ['player', 'reason'] });
};

export const down = (pgm) => pgm.dropConstraint('points', 'points_once');
