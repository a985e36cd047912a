"""SFTP writers: whether a file has its final name, and who opened it last to write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sftp_writers"
down_revision = "segments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both. Whether a file that is not due has its final name is known when it is opened again."""
    op.add_column("sftp_files", sa.Column("final", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("sftp_files", sa.Column("writer", sa.String(16)))
    op.execute("UPDATE sftp_files SET final = (due IS NOT NULL)")
