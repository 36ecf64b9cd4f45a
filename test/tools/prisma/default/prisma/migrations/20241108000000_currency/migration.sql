-- A lock that is not to be had within this time makes nobody else wait for longer.
SET LOCAL lock_timeout = '250ms';

-- AlterTable
ALTER TABLE "orders" ADD COLUMN "currency" TEXT NOT NULL DEFAULT 'EUR';

-- CreateTable
CREATE TABLE "shipments" (
    "id" BIGSERIAL NOT NULL,
    "order_id" BIGINT NOT NULL,
    "carrier" TEXT NOT NULL,

    CONSTRAINT "shipments_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
