"""Alembic's entry: runs on the connection of ``vernix.gateway.database``, inside its transaction."""

from __future__ import annotations

from alembic import context

from vernix.gateway.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
