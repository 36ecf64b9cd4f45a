require 'active_record'

# What `rails db:migrate` does, without the rest of Rails.
ActiveRecord::Base.establish_connection(ENV.fetch('DATABASE_URL'))
ActiveRecord::Base.logger = Logger.new($stderr, level: :warn)
ActiveRecord::MigrationContext.new('db/migrate', ActiveRecord::SchemaMigration).migrate
