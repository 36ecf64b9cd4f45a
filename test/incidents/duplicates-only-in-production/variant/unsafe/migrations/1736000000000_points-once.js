export const up = (pgm) => {
  pgm.addConstraint('points', 'points_once', { unique: ['player', 'reason'] });
};

export const down = (pgm) => pgm.dropConstraint('points', 'points_once');
