"""The gateway's tables. A thief of them learns sizes, times, who to whom; no key, no capability.

Times are whole seconds since the epoch. A capability is kept as its SHA-256 only, so that who reads the
database cannot send to the uploads in it. (``concat`` has addresses in clear, as tus wants them back, but of
partial uploads that are whole and joined: nobody can send to those.) ``migrations/`` makes these tables; a
test holds the two equal.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
    text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)

IS_OPEN = text("state = 'open'")
"""Of uploads. In these very words, so that databases know their index for it."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("capability", LargeBinary(32), nullable=False, unique=True),
    Column("blob", String(32), nullable=False, unique=True),
    Column("sender", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("header", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Column("digest", String(64)),
    Column("delivery", String(36), ForeignKey("deliveries.id")),
    Column("number", Integer),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("creation", LargeBinary(32), index=True),
    Column("place", Integer),
    Column("final", String(36), index=True),
    Column("concat", Text),
    Index("ix_uploads_delivery_number", "delivery", "number", unique=True),
    # What every upload that begins is counted by, without a look at the rows.
    Index("ix_uploads_sender_state_size", "sender", "state", "size"),
    Index("ix_uploads_open", "state", "size", "offset", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
)

SFTP_FILES = Table(
    "sftp_files",
    METADATA,
    Column("upload", String(36), ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("name", LargeBinary(32), nullable=False, unique=True),
    Column("addressee", String(64), nullable=False),
    Column("due", BigInteger, index=True),
    Column("changed", BigInteger, nullable=False),
    Column("final", Boolean, nullable=False, server_default=false()),
    Column("writer", String(16)),
)
"""What was written over SFTP. ``name`` is a keyed hash: a name may say whose birth is in the file."""

SEGMENTS = Table(
    "segments",
    METADATA,
    Column("blob", String(32), ForeignKey("uploads.blob", ondelete="CASCADE"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("object", String(64), nullable=False, unique=True),
    Column("leaves", LargeBinary, nullable=False),
    PrimaryKeyConstraint("blob", "start"),
)
"""Where the bytes of a blob are in a bucket; a blob without a row here is a file."""

CONTENTS = Table(
    "contents",
    METADATA,
    Column("blob", String(32), ForeignKey("uploads.blob", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""The bytes of small parts; a blob without a row here is a file, or in a bucket."""

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("sender", String(64), nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("dropped", Boolean, nullable=False, server_default=false()),
    Column("state", String(8), nullable=False),
    Column("posted", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
    Column("downloads", Integer),
    Column("recall", LargeBinary),
)

ADDRESSEES = Table(
    "addressees",
    METADATA,
    Column("delivery", String(36), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("partner", String(64), nullable=False),
    Column("receipt", LargeBinary),
    Column("received", BigInteger),
    Column("read_receipt", LargeBinary),
    PrimaryKeyConstraint("delivery", "partner"),
)

FETCHES = Table(
    "fetches",
    METADATA,
    Column("delivery", String(36), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("partner", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("sent", BigInteger, nullable=False),
    PrimaryKeyConstraint("delivery", "partner", "number"),
)

MAILBOX_HEADS = Table(
    "mailbox_heads",
    METADATA,
    Column("partner", String(64), primary_key=True),
    Column("head", BigInteger, nullable=False),
)

MAILBOX = Table(
    "mailbox",
    METADATA,
    Column("partner", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column(
        "delivery", String(36), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("addressee", String(64), nullable=False),
    PrimaryKeyConstraint("partner", "seq"),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("invitation", String(36), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("hour", BigInteger, nullable=False),
    Column("posts", Integer, nullable=False),
)

FILE_REQUESTS = Table(
    "file_requests",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("partner", String(64), nullable=False, index=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("state", String(9), nullable=False),
    Column("delivery", String(36)),
    Column("expires", BigInteger, nullable=False, index=True),
)

NONCES = Table(
    "nonces",
    METADATA,
    Column("key_id", String(80), nullable=False),
    Column("nonce", String(128), nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("key_id", "nonce"),
)

USAGE = Table(
    "usage",
    METADATA,
    Column("partner", String(64), nullable=False),
    # Days since 1970-01-01, UTC.
    Column("day", Integer, nullable=False),
    Column("uploads", BigInteger, nullable=False),
    Column("sent_bytes", BigInteger, nullable=False),
    Column("deliveries", BigInteger, nullable=False),
    Column("collected_bytes", BigInteger, nullable=False),
    PrimaryKeyConstraint("partner", "day"),
)

COLLECTED = Table(
    "collected",
    METADATA,
    Column("delivery", String(36), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("partner", String(64), nullable=False),
    # When the ledger was last told of it.
    Column("told", BigInteger),
    PrimaryKeyConstraint("delivery", "number", "partner"),
)

BRAKES = Table(
    "brakes",
    METADATA,
    Column("partner", String(64), primary_key=True),
    # When collecting was stopped; null once the registry has released it.
    Column("stopped", BigInteger),
    # What had been collected on that day when it was released: the day counts from there.
    Column("day", Integer, nullable=False),
    Column("deliveries", BigInteger, nullable=False),
    Column("collected_bytes", BigInteger, nullable=False),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String(64)),
    Column("delivery", String(36), index=True),
    Column("upload", String(36)),
    Column("part", Integer),
    Column("size", BigInteger),
    Column("version", BigInteger),
    Column("digest", String(64)),
    Column("outcome", String(40)),
    Column("route", String(40)),
    Column("salt", LargeBinary(16), nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Index("ix_events_kind_at", "kind", "at"),
    Index("ix_events_actor_at", "actor", "at"),
)
"""Only ever appended to (``ledger``). ``seq`` is the leaf's index, from 0 without a gap. There are no foreign
keys: an event outlives what it tells of."""

EVENT_PARTNERS = Table(
    "event_partners",
    METADATA,
    Column("partner", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("partner", "seq"),
)
"""Whom an event concerns; "*" is everybody."""

LEDGER = Table(
    "ledger",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("directory", BigInteger, nullable=False),
    Column("origin", String(200)),
    Column("key", String(80)),
)
"""One row, number 1: the tree's size and right edge, the directory version noted last, whose log it is."""

LEDGER_NODES = Table(
    "ledger_nodes",
    METADATA,
    Column("level", Integer, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    PrimaryKeyConstraint("level", "number"),
)
"""Hashes over full tiles: levels 8, 16, 24 ... of the tree."""

COSIGNATURES = Table(
    "cosignatures",
    METADATA,
    Column("witness", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False, index=True),
    Column("key_id", LargeBinary(4), nullable=False),
    Column("value", LargeBinary(72), nullable=False),
)
"""The newest cosignature of each witness."""
