CREATE TABLE notifications (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type text NOT NULL,
  user_id bigint NOT NULL,
  title text NOT NULL
);
INSERT INTO notifications (type, user_id, title)
SELECT 'Notifications::FeedItem', n % 100, 'build ' || n FROM generate_series(1, 2000) AS n;
CREATE INDEX notifications_user ON notifications (user_id);

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20170101_notifications');
