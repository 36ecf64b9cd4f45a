-- migrate:up
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  total_cents integer NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now()
);

-- migrate:down
DROP TABLE orders;
