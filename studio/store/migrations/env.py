"""Alembic's door: it migrates the connection that `studio.store.migrate` hands over, and no other."""

from __future__ import annotations

from alembic import context

from studio.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
context.run_migrations()
