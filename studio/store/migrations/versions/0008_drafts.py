"""Drafts: how many a wish was for, what they were, and which one who asked picked, when. And what members had been told when they
opted in: those from before were not told of picks.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; what was asked for before was one piece."""
    op.add_column("jobs", sa.Column("drafts", sa.Integer, nullable=False, server_default="1"))
    op.add_column("creations", sa.Column("choice", sa.Integer))
    op.add_column("creations", sa.Column("chosen_at", sa.Double))
    op.add_column("member_choices", sa.Column("terms", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "drafts",
        sa.Column("creation_id", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("kept", sa.Boolean),
        sa.Column("reasons", sa.JSON),
        sa.PrimaryKeyConstraint("creation_id", "part", name="pk_drafts"),
        sa.ForeignKeyConstraint(
            ["creation_id"], ["creations.id"], name="fk_drafts_creation_id", ondelete="CASCADE"
        ),
    )
