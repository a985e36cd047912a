"""What partners sent and collected by days, which parts were collected, whose collecting is stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "usage_and_brakes"
down_revision = "upload_creations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of quotas and volume brakes."""
    op.create_table(
        "usage",
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("uploads", sa.BigInteger, nullable=False),
        sa.Column("sent_bytes", sa.BigInteger, nullable=False),
        sa.Column("deliveries", sa.BigInteger, nullable=False),
        sa.Column("collected_bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("partner", "day"),
    )
    op.create_table(
        "collected",
        sa.Column(
            "delivery", sa.String(36), sa.ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "number", "partner"),
    )
    op.create_table(
        "brakes",
        sa.Column("partner", sa.String(64), primary_key=True),
        sa.Column("stopped", sa.BigInteger),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("deliveries", sa.BigInteger, nullable=False),
        sa.Column("collected_bytes", sa.BigInteger, nullable=False),
    )
