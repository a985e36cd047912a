"""The first tables: uploads, deliveries and their addressees, mailboxes, enrolments, nonces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the first release."""
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("posted", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False, index=True),
    )
    _uploads()
    _exchange()
    _authentication()


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("capability", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("blob", sa.String(32), nullable=False, unique=True),
        sa.Column("sender", sa.String(64), nullable=False, index=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("header", sa.Integer, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("delivery", sa.String(36), sa.ForeignKey("deliveries.id")),
        sa.Column("number", sa.Integer),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False, index=True),
    )
    op.create_index("ix_uploads_delivery_number", "uploads", ["delivery", "number"], unique=True)


def _exchange() -> None:
    delivery = "deliveries.id"
    op.create_table(
        "addressees",
        sa.Column("delivery", sa.String(36), sa.ForeignKey(delivery, ondelete="CASCADE"), nullable=False),
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("receipt", sa.LargeBinary),
        sa.Column("received", sa.BigInteger),
        sa.PrimaryKeyConstraint("delivery", "partner"),
    )
    op.create_table(
        "mailbox_heads",
        sa.Column("partner", sa.String(64), primary_key=True),
        sa.Column("head", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "mailbox",
        sa.Column("partner", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column(
            "delivery", sa.String(36), sa.ForeignKey(delivery, ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("addressee", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("partner", "seq"),
    )


def _authentication() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("invitation", sa.String(36), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("received", sa.BigInteger, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("posts", sa.Integer, nullable=False),
    )
    op.create_table(
        "nonces",
        sa.Column("key_id", sa.String(80), nullable=False),
        sa.Column("nonce", sa.String(128), nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False, index=True),
        sa.PrimaryKeyConstraint("key_id", "nonce"),
    )
