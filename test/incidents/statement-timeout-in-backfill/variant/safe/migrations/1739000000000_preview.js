export const up = (pgm) => {
  pgm.addColumns('mails', { preview: { type: 'text' } });
};

export const down = (pgm) => pgm.dropColumns('mails', ['preview']);
