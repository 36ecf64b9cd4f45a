UPDATE guide.tours AS t SET free = t.places - taken.bookings
  FROM (SELECT tour_no, count(*) AS bookings FROM guide.bookings GROUP BY tour_no) AS taken
  WHERE taken.tour_no = t.tour_no;
