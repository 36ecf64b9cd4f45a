# ruby-pg as Active Record uses it: a statement that is prepared once on each connection.
require 'pg'

connection = PG.connect
connection.prepare('parcel', 'SELECT * FROM parcels WHERE id = $1')
ask = lambda do
  connection.exec_prepared('parcel', [1])
  'answered'
rescue PG::Error => error
  error.result.error_field(PG::Result::PG_DIAG_SQLSTATE)
end
ask.call
puts 'asked'
$stdout.flush
$stdin.gets
puts ask.call
connection.close
