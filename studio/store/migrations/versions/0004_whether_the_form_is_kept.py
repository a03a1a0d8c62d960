"""Whether a text keeps its form, as its host found, and why not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two; of pieces of before it is not known."""
    op.add_column("creations", sa.Column("kept", sa.Boolean))
    op.add_column("creations", sa.Column("reasons", sa.JSON))
