CREATE TABLE "orders" (
  "id" bigserial PRIMARY KEY NOT NULL,
  "customer" text NOT NULL,
  "total_cents" integer NOT NULL,
  "placed_at" timestamp with time zone DEFAULT now() NOT NULL
);
