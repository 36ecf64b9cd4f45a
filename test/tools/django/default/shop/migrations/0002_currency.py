from django.db import migrations, models


class Migration(migrations.Migration):
    """As `makemigrations` writes it."""

    dependencies = [("shop", "0001_orders")]
    operations = [
        migrations.AddField("Order", "currency", models.TextField(default="EUR")),
        migrations.CreateModel(
            "Shipment",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("order", models.ForeignKey("shop.Order", models.CASCADE)),
                ("carrier", models.TextField()),
            ],
            options={"db_table": "shipments"},
        ),
    ]
