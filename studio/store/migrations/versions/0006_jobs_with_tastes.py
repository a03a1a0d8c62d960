"""What a job was asked with, of its server's own; how many drafts a piece was picked from; when a taste began to serve."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DIGEST = sa.String(64)


def upgrade() -> None:
    """Add the columns; what was asked and made before had nothing of its server's own."""
    op.add_column("jobs", sa.Column("adapter", DIGEST))
    op.add_column("jobs", sa.Column("head", DIGEST))
    op.add_column("creations", sa.Column("head", DIGEST))
    op.add_column("creations", sa.Column("picked_of", sa.Integer))
    op.add_column("tastes", sa.Column("served_at", sa.Double))
    op.create_index("ix_creations_of_kind", "creations", ["guild_id", "kind", "made_at"])
