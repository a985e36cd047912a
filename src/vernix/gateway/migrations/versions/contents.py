"""Contents: the bytes of small parts, in the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "contents"
down_revision = "sftp_writers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    blob = sa.ForeignKey("uploads.blob", ondelete="CASCADE")
    op.create_table(
        "contents",
        sa.Column("blob", sa.String(32), blob, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Sealed bytes do not get smaller: PostgreSQL need not try.
        op.execute("ALTER TABLE contents ALTER COLUMN content SET STORAGE EXTERNAL")
