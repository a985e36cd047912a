"""Collects: when the ledger was last told that somebody collects a part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "collects"
down_revision = "file_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the time, unknown for what was told before."""
    with op.batch_alter_table("collected") as collected:
        collected.add_column(sa.Column("told", sa.BigInteger))
