require_relative '../lib/serve'

serve do |method, path, body|
  case [method, path]
  when ['GET', '/healthz'] then [200, { ok: ActiveRecord::Base.connection.select_value('SELECT 1') }]
  when ['POST', '/orders']
    order = Order.create!(customer: body['customer'], total_cents: body['total_cents'])
    [201, { id: order.id }]
  else
    order = Order.find(path[%r{\A/orders/(\d+)\z}, 1])
    [200, { id: order.id, customer: order.customer, total_cents: order.total_cents }]
  end
end
