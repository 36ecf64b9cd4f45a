export const up = (pgm) => {
  pgm.addColumns('mails', { preview: { type: 'text' } });
  pgm.sql("UPDATE mails SET preview = left(regexp_replace(body, '(\\d+)( and so on)', '\\1', 'g'), 80)");
};

export const down = (pgm) => pgm.dropColumns('mails', ['preview']);
