"""Guild settings, jobs, creations, the messages that show them, and the reactions on those."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "guild_settings",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("weight", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name="pk_guild_settings"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("brief", sa.JSON, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("weight", sa.Double, nullable=False),
        sa.Column("parent", sa.String(64)),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("interaction_token", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("acknowledged_at", sa.Double),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("outcome", sa.String(16)),
        sa.Column("sentence", sa.Text),
        sa.Column("reference", sa.String(16)),
        sa.Column("started_at", sa.Double),
        sa.Column("settled_at", sa.Double),
        sa.Column("notified", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("message_id", name="uq_jobs_message_id"),
    )
    unfinished = sa.text("outcome IS NULL")
    for column in ("guild_id", "member_id"):
        name = f"ix_jobs_unfinished_of_{column.removesuffix('_id')}"
        op.create_index(name, "jobs", [column], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_index("ix_jobs_asked_at", "jobs", ["asked_at"])
    unsettled = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_jobs_unsettled", "jobs", ["asked_at"], sqlite_where=unsettled, postgresql_where=unsettled
    )
    op.create_table(
        "creations",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("brief", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("mime", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("sampling", sa.JSON, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("adapter", sa.Text),
        sa.Column("parent", sa.String(64)),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("usage", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_creations"),
        sa.ForeignKeyConstraint(["id"], ["jobs.id"], name="fk_creations_id", ondelete="CASCADE"),
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_messages"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_messages_job_id", ondelete="CASCADE"),
    )
    op.create_index("uq_messages_job_part", "messages", ["job_id", "part"], unique=True)
    op.create_table(
        "reactions",
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("emoji", sa.String(128), nullable=False),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "member_id", "emoji", name="pk_reactions"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.message_id"], name="fk_reactions_message_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "reaction_changes",
        sa.Column("message_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("emoji", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "member_id", "emoji", name="pk_reaction_changes"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.message_id"], name="fk_reaction_changes_message_id", ondelete="CASCADE"
        ),
    )
