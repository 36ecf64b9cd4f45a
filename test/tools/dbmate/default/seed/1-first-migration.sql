-- As dbmate leaves an empty database after its first migration; pg_dump wrote it.
SET client_encoding = 'UTF8';

SET default_tablespace = '';

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

CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);

COPY public.orders (id, customer, total_cents, placed_at) FROM stdin;
\.

COPY public.schema_migrations (version) FROM stdin;
20240101000000
\.

SELECT pg_catalog.setval('public.orders_id_seq', 1, false);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
