from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            "Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("customer", models.TextField()),
                ("total_cents", models.IntegerField()),
            ],
            options={"db_table": "orders"},
        ),
        # This version of the framework knows no default of the database.
        migrations.RunSQL("ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now()"),
    ]
