class CreateOrders < ActiveRecord::Migration[6.1]
  def change
    create_table :orders do |t|
      t.text :customer, null: false
      t.integer :total_cents, null: false
      t.column :placed_at, :timestamptz, null: false, default: -> { 'now()' }
    end
  end
end
