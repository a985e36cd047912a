"""Packages: recalls, read receipts, and downloads that the sender counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "packages"
down_revision = "ledger"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a sender may take back or count, and what an addressee may sign later."""
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("downloads", sa.Integer))
        deliveries.add_column(sa.Column("recall", sa.LargeBinary))
    with op.batch_alter_table("addressees") as addressees:
        addressees.add_column(sa.Column("read_receipt", sa.LargeBinary))
    op.create_table(
        "fetches",
        sa.Column(
            "delivery", sa.String(36), sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("begun", sa.Integer, nullable=False),
        sa.Column("sent", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("delivery", "partner", "number"),
    )
