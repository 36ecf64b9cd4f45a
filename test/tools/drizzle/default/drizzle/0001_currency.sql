CREATE TABLE "shipments" (
  "id" bigserial PRIMARY KEY NOT NULL,
  "order_id" bigint NOT NULL,
  "carrier" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "currency" text DEFAULT 'EUR' NOT NULL;
--> statement-breakpoint
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id");
