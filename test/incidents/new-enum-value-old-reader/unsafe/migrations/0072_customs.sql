ALTER TYPE parcel_status ADD VALUE IF NOT EXISTS 'held_at_customs' BEFORE 'in_depot';
