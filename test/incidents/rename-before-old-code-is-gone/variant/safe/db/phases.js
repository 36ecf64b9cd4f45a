const sync = `
  CREATE FUNCTION tickets_both_names() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.holder := coalesce(NEW.holder, NEW.assignee);
      NEW.assignee := NEW.holder;
    ELSIF NEW.holder IS DISTINCT FROM OLD.holder THEN
      NEW.assignee := NEW.holder;
    ELSE
      NEW.holder := NEW.assignee;
    END IF;
    RETURN NEW;
  END $$`;

export const phases = {
  regular: [
    {
      timestamp: 1700000000000,
      name: 'ExpandHolder1700000000000',
      up: [
        'ALTER TABLE tickets ADD COLUMN holder varchar(40)',
        sync,
        `CREATE TRIGGER tickets_both_names BEFORE INSERT OR UPDATE ON tickets
         FOR EACH ROW EXECUTE FUNCTION tickets_both_names()`,
      ],
    },
    {
      timestamp: 1700000000001,
      name: 'FillHolder1700000000001',
      up: ['UPDATE tickets SET holder = assignee WHERE holder IS DISTINCT FROM assignee'],
    },
  ],
  'clean-up': [
    {
      timestamp: 1700000000002,
      name: 'ContractAssignee1700000000002',
      up: [
        'ALTER TABLE tickets DROP COLUMN assignee',
        'DROP TRIGGER tickets_both_names ON tickets',
        'DROP FUNCTION tickets_both_names()',
      ],
    },
  ],
};
