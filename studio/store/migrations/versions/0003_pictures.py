"""Pictures: where each lies and what it shows, jobs shown behind a veil, messages that show one picture alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the columns; what was made before has no pictures and no veil."""
    op.add_column("jobs", sa.Column("spoiler", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("picture", sa.Integer))
    pictured = sa.text("kind = 'picture'")
    op.create_index(
        "ix_creations_pictured",
        "creations",
        ["guild_id", "made_at"],
        sqlite_where=pictured,
        postgresql_where=pictured,
    )
    op.create_table(
        "pictures",
        sa.Column("creation_id", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("mime", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("spot", sa.JSON),
        sa.Column("understood", sa.JSON, nullable=False),
        sa.Column("outside", sa.Boolean, nullable=False),
        sa.Column("nearest", sa.JSON, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("creation_id", "part", name="pk_pictures"),
        sa.ForeignKeyConstraint(
            ["creation_id"], ["creations.id"], name="fk_pictures_creation_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_pictures_digest", "pictures", ["digest"])
