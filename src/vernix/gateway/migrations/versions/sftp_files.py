"""Files that partners write over SFTP: found by the hash of their name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sftp_files"
down_revision = "usage_and_brakes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; let a delivery say that it came so."""
    op.add_column("deliveries", sa.Column("dropped", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "sftp_files",
        sa.Column(
            "upload",
            sa.String(36),
            sa.ForeignKey("uploads.id", name="fk_sftp_files_upload", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.LargeBinary(32), nullable=False),
        sa.Column("addressee", sa.String(64), nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("upload", name="pk_sftp_files"),
        sa.UniqueConstraint("name", name="uq_sftp_files_name"),
    )
    op.create_index("ix_sftp_files_due", "sftp_files", ["due"])
