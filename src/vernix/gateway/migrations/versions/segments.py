"""Segments: which object of a bucket holds which stretch of a blob."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "segments"
down_revision = "upload_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; it stays empty where bodies lie in a folder."""
    blob = sa.ForeignKey("uploads.blob", ondelete="CASCADE")
    op.create_table(
        "segments",
        sa.Column("blob", sa.String(32), blob, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("object", sa.String(64), nullable=False, unique=True),
        sa.Column("leaves", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("blob", "start"),
    )
