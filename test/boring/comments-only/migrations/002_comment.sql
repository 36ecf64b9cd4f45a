-- This release changes nothing in the database.
/* Not even here: DROP TABLE notes; */
