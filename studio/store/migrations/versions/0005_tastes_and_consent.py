"""Consent, flags, snapshots, and the tastes that are learnt from them, tried and served; who did what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(64)
DIGEST = sa.String(64)
KIND = sa.String(16)


def upgrade() -> None:
    """Add the tables; nobody has consented to anything yet."""
    _consent()
    _snapshots()
    _tastes()
    _runs()
    _trials()
    _audit()


def _consent() -> None:
    op.create_table(
        "training_consent",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("enabled_at", sa.Double, nullable=False),
        sa.Column("enabled_by", sa.BigInteger, nullable=False),
        sa.Column("disabled_at", sa.Double),
        sa.PrimaryKeyConstraint("guild_id", name="pk_training_consent"),
    )
    op.create_table(
        "member_choices",
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("choice", sa.String(8), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("member_since", sa.Double),
        sa.PrimaryKeyConstraint("member_id", "guild_id", name="pk_member_choices"),
    )
    op.create_table(
        "flags",
        sa.Column("creation_id", ID, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("resolved_at", sa.Double),
        sa.Column("resolved_by", sa.BigInteger),
        sa.Column("verdict", sa.String(16)),
        sa.PrimaryKeyConstraint("creation_id", "member_id", "kind", name="pk_flags"),
        sa.ForeignKeyConstraint(
            ["creation_id"], ["creations.id"], name="fk_flags_creation_id", ondelete="CASCADE"
        ),
    )


def _snapshots() -> None:
    op.create_table(
        "snapshots",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("purged_at", sa.Double),
        sa.PrimaryKeyConstraint("digest", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_of", "snapshots", ["guild_id", "kind", "made_at"])
    op.create_table(
        "snapshot_examples",
        sa.Column("snapshot", DIGEST, nullable=False),
        sa.Column("example_id", sa.String(32), nullable=False),
        sa.Column("creation_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("snapshot", "example_id", name="pk_snapshot_examples"),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["snapshots.digest"], name="fk_snapshot_examples_snapshot", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_snapshot_examples_creation_id", "snapshot_examples", ["creation_id"])
    op.create_table(
        "snapshot_members",
        sa.Column("snapshot", DIGEST, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("snapshot", "member_id", name="pk_snapshot_members"),
        sa.ForeignKeyConstraint(
            ["snapshot"], ["snapshots.digest"], name="fk_snapshot_members_snapshot", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_snapshot_members_member_id", "snapshot_members", ["member_id"])


def _tastes() -> None:
    op.create_table(
        "tastes",
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("snapshot", DIGEST, nullable=False),
        sa.Column("base", DIGEST, nullable=False),
        sa.Column("parent", DIGEST),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_tastes"),
    )
    op.create_index("ix_tastes_of", "tastes", ["guild_id", "kind", "made_at"])
    op.create_index("ix_tastes_snapshot", "tastes", ["snapshot"])
    op.create_table(
        "serving",
        sa.Column("guild_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("head", DIGEST),
        sa.Column("adapter", DIGEST),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "kind", name="pk_serving"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("sentence", sa.Text),
        sa.Column("snapshot", DIGEST),
        sa.Column("result", DIGEST),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    _one_going_on("runs")


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("id", ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("candidate", DIGEST, nullable=False),
        sa.Column("incumbent", DIGEST),
        sa.Column("began_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.Column("outcome", sa.String(16)),
        sa.Column("wins", sa.Integer, nullable=False),
        sa.Column("losses", sa.Integer, nullable=False),
        sa.Column("channel_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_trials"),
    )
    _one_going_on("trials")
    op.create_table(
        "trial_pairs",
        sa.Column("id", ID, nullable=False),
        sa.Column("trial_id", ID, nullable=False),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("left_is_candidate", sa.Boolean, nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("theme", sa.Text, nullable=False),
        sa.Column("asked_by", sa.BigInteger, nullable=False),
        sa.Column("left_text", sa.Text, nullable=False),
        sa.Column("right_text", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trial_pairs"),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trials.id"], name="fk_trial_pairs_trial_id", ondelete="CASCADE"
        ),
    )
    for column in ("trial_id", "message_id", "asked_by"):
        op.create_index(f"ix_trial_pairs_{column}", "trial_pairs", [column])
    op.create_table(
        "trial_votes",
        sa.Column("pair_id", ID, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("left", sa.Boolean, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("pair_id", "member_id", name="pk_trial_votes"),
        sa.ForeignKeyConstraint(
            ["pair_id"], ["trial_pairs.id"], name="fk_trial_votes_pair_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_trial_votes_member_id", "trial_votes", ["member_id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("member_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_of", "audit", ["guild_id", "at"])
    op.create_index("ix_audit_member_id", "audit", ["member_id"])


def _one_going_on(table: str) -> None:
    """At most one that has not ended, for each guild and kind: asked twice at once, one of the two is refused."""
    going_on = sa.text("ended_at IS NULL")
    op.create_index(
        f"uq_{table}_going_on",
        table,
        ["guild_id", "kind"],
        unique=True,
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
