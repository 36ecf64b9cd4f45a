-- migrate:up
SET LOCAL lock_timeout = '250ms';
ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
CREATE TABLE shipments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES orders,
  carrier text NOT NULL
);

-- migrate:down
DROP TABLE shipments;
ALTER TABLE orders DROP COLUMN currency;
