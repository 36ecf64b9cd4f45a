-- As postgres-migrations leaves an empty database after its first migration; pg_dump wrote it.
SET client_encoding = 'UTF8';

SET default_tablespace = '';

CREATE TABLE public.migrations (
    id integer NOT NULL,
    name character varying(100) NOT NULL,
    hash character varying(40) NOT NULL,
    executed_at timestamp without time zone DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE public.orders (
    id bigint NOT NULL,
    customer text NOT NULL,
    total_cents integer NOT NULL,
    placed_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.orders ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

COPY public.migrations (id, name, hash, executed_at) FROM stdin;
0	create-migrations-table	e18db593bcde2aca2a408c4d1100f6abba2195df	2026-11-22 07:43:18.961292
1	orders	75bfcd602f05149e742b23d3ab9c7a6126bb0acb	2026-11-22 07:43:18.972924
\.

COPY public.orders (id, customer, total_cents, placed_at) FROM stdin;
\.

SELECT pg_catalog.setval('public.orders_id_seq', 1, false);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_name_key UNIQUE (name);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
