export const phases = {
  regular: [
    {
      timestamp: 1700000000000,
      name: 'RenameAssignee1700000000000',
      up: ['ALTER TABLE tickets RENAME COLUMN assignee TO holder'],
    },
  ],
  'clean-up': [
    {
      timestamp: 1700000000001,
      name: 'CommentHolder1700000000001',
      up: ["COMMENT ON COLUMN tickets.holder IS 'who works on it'"],
    },
  ],
};
