CREATE TABLE mails (
  mail_no integer PRIMARY KEY,
  folder varchar(30) NOT NULL,
  body text NOT NULL
);
INSERT INTO mails SELECT n, 'inbox', repeat('Re: ' || n || ' and so on, ', 90) FROM generate_series(1, 2000) AS n;

CREATE TABLE pgmigrations (
  id serial PRIMARY KEY,
  name varchar(255) NOT NULL,
  run_on timestamp NOT NULL
);
INSERT INTO pgmigrations (name, run_on) VALUES ('1700000000000_mails', '2023-11-14 22:13:20');
