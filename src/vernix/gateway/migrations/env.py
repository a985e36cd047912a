"""Alembic's entry: runs on the connection that ``vernix.gateway.database`` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from vernix.gateway.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
