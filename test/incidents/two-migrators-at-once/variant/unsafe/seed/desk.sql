CREATE SCHEMA helpdesk;
CREATE TABLE helpdesk.macros (id bigserial PRIMARY KEY, team text NOT NULL, title text NOT NULL);
INSERT INTO helpdesk.macros (team, title) SELECT 'sales', 'macro ' || n FROM generate_series(1, 150) AS n;
CREATE TABLE helpdesk.releases (number int PRIMARY KEY);
INSERT INTO helpdesk.releases VALUES (18);
