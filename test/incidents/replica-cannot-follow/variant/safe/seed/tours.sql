CREATE SCHEMA guide;
CREATE TABLE guide.tours (
  tour_no int PRIMARY KEY,
  title varchar(60) NOT NULL,
  places int NOT NULL
);
INSERT INTO guide.tours SELECT n, 'Tour ' || n, 12 FROM generate_series(1, 5000) AS n;
CREATE TABLE guide.bookings (
  booking_no bigserial PRIMARY KEY,
  tour_no int NOT NULL REFERENCES guide.tours
);
INSERT INTO guide.bookings (tour_no) SELECT 1 + n % 400 FROM generate_series(1, 2000) AS n;
