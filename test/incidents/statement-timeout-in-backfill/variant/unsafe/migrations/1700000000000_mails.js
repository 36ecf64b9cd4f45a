export const up = (pgm) => {
  pgm.createTable('mails', {
    mail_no: { type: 'integer', primaryKey: true },
    folder: { type: 'varchar(30)', notNull: true },
    body: { type: 'text', notNull: true },
  });
};

export const down = (pgm) => pgm.dropTable('mails');
