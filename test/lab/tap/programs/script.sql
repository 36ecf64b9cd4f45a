CREATE TABLE s (id serial PRIMARY KEY, v text NOT NULL);
INSERT INTO s (v) SELECT 'row ' || g FROM generate_series(1, 5) g;
COPY s (v) FROM STDIN;
copied one
copied two
\.
COPY s (v) FROM STDIN;
\N
\.
\copy s to stdout
BEGIN; UPDATE s SET v = upper(v); SAVEPOINT a; SELECT 1/0; ROLLBACK TO a; COMMIT;
SELECT * FROM s \; SELECT count(*) FROM s;
SELECT v FROM s ORDER BY id \gdesc
DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$;
COMMIT;
SAVEPOINT nowhere;
SET LOCAL work_mem = '1MB';
CREATE INDEX CONCURRENTLY s_v ON s (v);
VACUUM s;
\d s
PREPARE p(int) AS SELECT v FROM s WHERE id = $1; EXECUTE p(2); DEALLOCATE p;
SET client_encoding = 'LATIN1'; SHOW client_encoding; RESET client_encoding;
LISTEN news; NOTIFY news, 'hello'; SELECT 'told';
DECLARE c CURSOR FOR SELECT 1;
\set FETCH_COUNT 2
SELECT v FROM s ORDER BY id;
SELECT repeat('long', 100000) IS NOT NULL AS fine;
SELECT missing FROM s;
DROP TABLE s;
