class AddCurrency < ActiveRecord::Migration[6.1]
  def change
    add_column :orders, :currency, :text, null: false, default: 'EUR'
    create_table :shipments do |t|
      t.references :order, null: false, foreign_key: true
      t.text :carrier, null: false
    end
  end
end
