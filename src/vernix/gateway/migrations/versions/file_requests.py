"""Requests for files, which somebody without an account may answer once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "file_requests"
down_revision = "packages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the requests."""
    op.create_table(
        "file_requests",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("partner", sa.String(64), nullable=False, index=True),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(9), nullable=False),
        sa.Column("delivery", sa.String(36)),
        sa.Column("expires", sa.BigInteger, nullable=False, index=True),
    )
