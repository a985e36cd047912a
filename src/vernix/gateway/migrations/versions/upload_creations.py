"""Creations and partial uploads: under which address an upload is created, and what is joined to what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "upload_creations"
down_revision = "v0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let an upload know its creation, its place in it, and how it is joined."""
    op.add_column("uploads", sa.Column("creation", sa.LargeBinary(32)))
    op.add_column("uploads", sa.Column("place", sa.Integer))
    op.add_column("uploads", sa.Column("final", sa.String(36)))
    op.add_column("uploads", sa.Column("concat", sa.Text))
    op.create_index("ix_uploads_creation", "uploads", ["creation"])
    op.create_index("ix_uploads_final", "uploads", ["final"])
