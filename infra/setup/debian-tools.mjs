/** Packages of the distribution with the migration tools that npm has not; tests rehearse with them. */
export const debianTools = [
  'python3-django',
  'python3-psycopg2',
  'python3-alembic',
  'ruby',
  'ruby-activerecord',
  'ruby-pg',
];
