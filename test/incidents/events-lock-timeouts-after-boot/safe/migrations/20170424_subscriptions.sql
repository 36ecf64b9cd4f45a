CREATE TABLE event_subscriptions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  receiver text NOT NULL
);
