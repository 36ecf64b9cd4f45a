-- As sequelize leaves an empty database after its first migration; pg_dump wrote it.
SET client_encoding = 'UTF8';

SET default_tablespace = '';

CREATE TABLE public."SequelizeMeta" (
    name character varying(255) NOT NULL
);

CREATE TABLE public.orders (
    id bigint NOT NULL,
    customer text NOT NULL,
    total_cents integer NOT NULL,
    placed_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE SEQUENCE public.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.orders_id_seq OWNED BY public.orders.id;

ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('public.orders_id_seq'::regclass);

COPY public."SequelizeMeta" (name) FROM stdin;
20240101000000-orders.cjs
\.

COPY public.orders (id, customer, total_cents, placed_at) FROM stdin;
\.

SELECT pg_catalog.setval('public.orders_id_seq', 1, false);

ALTER TABLE ONLY public."SequelizeMeta"
    ADD CONSTRAINT "SequelizeMeta_pkey" PRIMARY KEY (name);

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
