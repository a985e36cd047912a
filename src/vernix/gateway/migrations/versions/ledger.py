"""The ledger: events, whom they concern, the tree's edge and tiles, the witnesses' cosignatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ledger"
down_revision = "sftp_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the one row of an empty ledger."""
    _events()
    tree = op.create_table(
        "ledger",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("edge", sa.LargeBinary, nullable=False),
        sa.Column("directory", sa.BigInteger, nullable=False),
        sa.Column("origin", sa.String(200)),
        sa.Column("key", sa.String(80)),
    )
    op.bulk_insert(tree, [{"id": 1, "size": 0, "edge": b"", "directory": 0}])
    op.create_table(
        "ledger_nodes",
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
    )
    op.create_table(
        "cosignatures",
        sa.Column("witness", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False, index=True),
        sa.Column("key_id", sa.LargeBinary(4), nullable=False),
        sa.Column("value", sa.LargeBinary(72), nullable=False),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(64)),
        sa.Column("delivery", sa.String(36), index=True),
        sa.Column("upload", sa.String(36)),
        sa.Column("part", sa.Integer),
        sa.Column("size", sa.BigInteger),
        sa.Column("version", sa.BigInteger),
        sa.Column("digest", sa.String(64)),
        sa.Column("outcome", sa.String(40)),
        sa.Column("route", sa.String(40)),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        sa.Column("leaf", sa.LargeBinary(32), nullable=False),
    )
    op.create_index("ix_events_kind_at", "events", ["kind", "at"])
    op.create_index("ix_events_actor_at", "events", ["actor", "at"])
    op.create_table(
        "event_partners",
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, index=True),
        sa.PrimaryKeyConstraint("partner", "seq"),
    )
