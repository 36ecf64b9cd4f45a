# ruby-pg: libpq's extended protocol, prepared statements, pipeline mode, single-row mode, COPY, notices.
require 'pg'

connection = PG.connect
connection.set_notice_processor { |text| puts text }
refused = lambda do |&block|
  block.call
rescue PG::Error => error
  puts error.class, error.message
end

connection.exec('CREATE TABLE words (id int PRIMARY KEY, word text)')
connection.exec_params('INSERT INTO words SELECT g, $1 || g FROM generate_series(1, 20) g', ['word '])
connection.prepare('one', 'SELECT word FROM words WHERE id = $1')
p connection.describe_prepared('one').nparams
p connection.exec_prepared('one', [5]).values
refused.call { connection.exec_prepared('one', ['x']) }
refused.call { connection.exec('SELECT 1/0; SELECT 2') }
connection.prepare('', 'SELECT count(*) FROM words WHERE id > $1')
p connection.exec_prepared('', [10]).values
p connection.exec_prepared('', [15]).values
connection.transaction { |inner| p inner.exec('DELETE FROM words WHERE id > 18').cmd_tuples }
refused.call { connection.transaction { |inner| inner.exec('INSERT INTO words VALUES (1)') } }
connection.copy_data('COPY words FROM STDIN') { 100.times { |n| connection.put_copy_data("#{n + 100}\tcopied #{n}\n") } }
connection.copy_data('COPY words TO STDOUT') { rows = 0; rows += 1 while connection.get_copy_data; p rows }
refused.call { connection.copy_data('COPY words FROM STDIN') { raise 'given up' } } rescue puts $ERROR_INFO.class
connection.exec("DO $$ BEGIN RAISE NOTICE 'heard'; END $$")
connection.send_query('SELECT id FROM words ORDER BY id LIMIT 5')
connection.set_single_row_mode
while (result = connection.get_result)
  p result.values
end
if connection.respond_to?(:enter_pipeline_mode)
  connection.enter_pipeline_mode
  connection.send_query_params('SELECT $1::int', [1])
  connection.send_query_params('SELECT 1 / $1::int', [0])
  connection.send_query_params('SELECT $1::int', [3])
  connection.pipeline_sync
  connection.send_query_params('SELECT $1::int', [4])
  connection.pipeline_sync
  synced = 0
  while synced < 2
    result = connection.get_result
    next if result.nil?

    p [result.result_status, result.values]
    synced += 1 if result.result_status == PG::PGRES_PIPELINE_SYNC
  end
  connection.exit_pipeline_mode
end
connection.exec('DROP TABLE words')
connection.close
