require 'active_record'
require 'json'
require 'socket'

$stdout.sync = true
ActiveRecord::Base.establish_connection(ENV.fetch('DATABASE_URL'))
ActiveRecord::Base.logger = nil

# As many frameworks do for columns that a later release drops: every query names the columns that were read at boot.
class Order < ActiveRecord::Base
  self.ignored_columns = ['legacy_number']
end

# One request a connection, answered with JSON by the block: [status, body].
def serve
  Order.columns
  server = TCPServer.new(ENV['HOST'] || '127.0.0.1', Integer(ENV.fetch('PORT')))
  trap('TERM') { exit! 0 }
  loop do
    Thread.new(server.accept) { |socket| respond(socket) { |method, path, body| yield(method, path, body) } }
  end
end

def respond(socket)
  method, path = socket.gets.to_s.split
  length = 0
  while (line = socket.gets.to_s.strip) != ''
    length = Integer(line.split(':', 2).last) if line.downcase.start_with?('content-length:')
  end
  text = length.zero? ? '{}' : socket.read(length)
  status, answer = guarded { yield(method, path, JSON.parse(text)) }
  json = JSON.generate(answer)
  socket.write("HTTP/1.1 #{status} x\r\ncontent-type: application/json\r\ncontent-length: #{json.bytesize}\r\n" \
               "connection: close\r\n\r\n#{json}")
  puts "#{method} #{path} #{status}"
ensure
  socket.close
  ActiveRecord::Base.clear_active_connections!
end

def guarded
  yield
rescue ActiveRecord::RecordNotFound
  [404, { error: 'no such order' }]
rescue StandardError => e
  warn "#{e.class}: #{e.message.lines.first}"
  [500, { error: 'internal error' }]
end
