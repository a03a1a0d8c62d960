"""How often a run was begun and not let go again: one that brings the bot down each time must not come back for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was begun before counts as never begun."""
    op.add_column("runs", sa.Column("begun", sa.Integer, nullable=False, server_default="0"))
