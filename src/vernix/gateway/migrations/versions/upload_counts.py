"""Upload counts: indexes that hold all that a quota and the free room are reckoned from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "upload_counts"
down_revision = "collects"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Let the index over senders hold state and size as well; add one of what is open."""
    op.drop_index("ix_uploads_sender", "uploads")
    op.create_index("ix_uploads_sender_state_size", "uploads", ["sender", "state", "size"])
    op.create_index(
        "ix_uploads_open",
        "uploads",
        ["state", "size", "offset"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
