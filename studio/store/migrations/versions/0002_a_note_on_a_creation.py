"""What a member should be told of how a piece was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the note; pieces of before have none."""
    op.add_column("creations", sa.Column("note", sa.Text))
