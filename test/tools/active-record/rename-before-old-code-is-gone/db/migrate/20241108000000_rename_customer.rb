class RenameCustomer < ActiveRecord::Migration[6.1]
  def change
    rename_column :orders, :customer, :customer_name
  end
end
