import sqlalchemy as sa
from alembic import op

revision = "9ae03d6c51f2"
down_revision = "4f1c2a9d7b10"


def upgrade():
    op.add_column("orders", sa.Column("currency", sa.Text, nullable=False, server_default="EUR"))
    op.create_table(
        "shipments",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("carrier", sa.Text, nullable=False),
    )


def downgrade():
    op.drop_table("shipments")
    op.drop_column("orders", "currency")
