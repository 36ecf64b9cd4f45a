from django.db import migrations, models


class Migration(migrations.Migration):
    """The default stays in the database, and nothing is deferred past the end of the transaction."""

    dependencies = [("shop", "0001_orders")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR'",
            reverse_sql="ALTER TABLE orders DROP COLUMN currency",
            state_operations=[migrations.AddField("Order", "currency", models.TextField(default="EUR"))],
        ),
        migrations.CreateModel(
            "Shipment",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey("shop.Order", models.CASCADE, db_constraint=False, db_index=False)),
                ("carrier", models.TextField()),
            ],
            options={"db_table": "shipments"},
        ),
    ]
