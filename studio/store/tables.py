"""The tables as this version knows them. How a database gets there is `studio.store.migrations`.

A test holds the two equal. Reactions hang on messages, as Discord has them, so that a piece shown in three messages
keeps three sets that can each be compared with Discord's. What became of them since the last comparison began is in
`reaction_changes`, where a member of 0 or an emoji of "" stands for all.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

JOB_ID = String(64)
DIGEST = String(64)
UNFINISHED = text("outcome IS NULL")
UNSETTLED = text("settled_at IS NULL")
GOING_ON = text("ended_at IS NULL")
PICTURED = text("kind = 'picture'")

guild_settings = Table(
    "guild_settings",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("weight", Double, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("brief", JSON, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("weight", Double, nullable=False),
    Column("parent", JOB_ID),
    Column("application_id", BigInteger, nullable=False),
    Column("interaction_token", Text, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("acknowledged_at", Double),
    Column("message_id", BigInteger, unique=True),
    Column("outcome", String(16)),
    Column("sentence", Text),
    Column("reference", String(16)),
    Column("started_at", Double),
    Column("settled_at", Double),
    Column("notified", Boolean, nullable=False),
    Column("spoiler", Boolean, nullable=False, server_default=false()),
    Column("adapter", DIGEST),
    Column("head", DIGEST),
    Column("drafts", Integer, nullable=False, server_default="1"),
    Index("ix_jobs_unfinished_of_guild", "guild_id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
    Index("ix_jobs_unfinished_of_member", "member_id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
    Index("ix_jobs_asked_at", "asked_at"),
    Index("ix_jobs_unsettled", "asked_at", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
)

creations = Table(
    "creations",
    metadata,
    Column("id", JOB_ID, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("form", String(64), nullable=False),
    Column("brief", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("mime", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("prompt", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("sampling", JSON, nullable=False),
    Column("model", Text, nullable=False),
    Column("adapter", Text),
    Column("parent", JOB_ID),
    Column("made_at", Double, nullable=False),
    Column("usage", JSON, nullable=False),
    Column("note", Text),
    Column("kept", Boolean),
    Column("reasons", JSON(none_as_null=True)),
    Column("head", DIGEST),
    Column("picked_of", Integer),
    Column("choice", Integer),
    Column("chosen_at", Double),
    Index("ix_creations_of_kind", "guild_id", "kind", "made_at"),
    Index("ix_creations_pictured", "guild_id", "made_at", sqlite_where=PICTURED, postgresql_where=PICTURED),
)

pictures = Table(
    "pictures",
    metadata,
    Column("creation_id", JOB_ID, ForeignKey("creations.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("mime", String(128), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("spot", JSON(none_as_null=True)),
    Column("understood", JSON, nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("nearest", JSON, nullable=False),
    Column("alt", Text, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("creation_id", JOB_ID, ForeignKey("creations.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("kept", Boolean),
    Column("reasons", JSON(none_as_null=True)),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("job_id", JOB_ID, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("channel_id", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("picture", Integer),
    Index("uq_messages_job_part", "job_id", "part", unique=True),
)

reactions = Table(
    "reactions",
    metadata,
    Column(
        "message_id", BigInteger, ForeignKey("messages.message_id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    ),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("emoji", String(128), primary_key=True),
    Column("added_at", Double, nullable=False),
)  # fmt: skip

reaction_changes = Table(
    "reaction_changes",
    metadata,
    Column(
        "message_id", BigInteger, ForeignKey("messages.message_id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    ),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("emoji", String(128), primary_key=True),
)  # fmt: skip

training_consent = Table(
    "training_consent",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("enabled_at", Double, nullable=False),
    Column("enabled_by", BigInteger, nullable=False),
    Column("disabled_at", Double),
)

member_choices = Table(
    "member_choices",
    metadata,
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("choice", String(8), nullable=False),
    Column("at", Double, nullable=False),
    Column("member_since", Double),
    Column("terms", Integer, nullable=False, server_default="1"),
)

flags = Table(
    "flags",
    metadata,
    Column("creation_id", JOB_ID, ForeignKey("creations.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), primary_key=True),
    Column("at", Double, nullable=False),
    Column("resolved_at", Double),
    Column("resolved_by", BigInteger),
    Column("verdict", String(16)),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("purged_at", Double),
    Index("ix_snapshots_of", "guild_id", "kind", "made_at"),
)

snapshot_examples = Table(
    "snapshot_examples",
    metadata,
    Column("snapshot", DIGEST, ForeignKey("snapshots.digest", ondelete="CASCADE"), primary_key=True),
    Column("example_id", String(32), primary_key=True),
    Column("creation_id", JOB_ID, nullable=False, index=True),
)

snapshot_members = Table(
    "snapshot_members",
    metadata,
    Column("snapshot", DIGEST, ForeignKey("snapshots.digest", ondelete="CASCADE"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False, index=True),
)

tastes = Table(
    "tastes",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("what", String(8), nullable=False),
    Column("snapshot", DIGEST, nullable=False, index=True),
    Column("base", DIGEST, nullable=False),
    Column("parent", DIGEST),
    Column("state", String(16), nullable=False),
    Column("made_at", Double, nullable=False),
    Column("report", JSON, nullable=False),
    Column("served_at", Double),
    Index("ix_tastes_of", "guild_id", "kind", "made_at"),
)

serving = Table(
    "serving",
    metadata,
    Column("guild_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("head", DIGEST),
    Column("adapter", DIGEST),
    Column("paused", Boolean, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("what", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_by", BigInteger, nullable=False),
    Column("asked_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("step", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("sentence", Text),
    Column("snapshot", DIGEST),
    Column("result", DIGEST),
    Column("channel_id", BigInteger),
    Column("message_id", BigInteger),
    Column("begun", Integer, nullable=False, server_default="0"),
    Index(
        "uq_runs_going_on", "guild_id", "kind", unique=True, sqlite_where=GOING_ON, postgresql_where=GOING_ON
    ),
)

trials = Table(
    "trials",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("way", String(8), nullable=False),
    Column("candidate", DIGEST, nullable=False),
    Column("incumbent", DIGEST),
    Column("began_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("outcome", String(16)),
    Column("wins", Integer, nullable=False),
    Column("losses", Integer, nullable=False),
    Column("channel_id", BigInteger),
    Index(
        "uq_trials_going_on",
        "guild_id",
        "kind",
        unique=True,
        sqlite_where=GOING_ON,
        postgresql_where=GOING_ON,
    ),
)

trial_pairs = Table(
    "trial_pairs",
    metadata,
    Column("id", JOB_ID, primary_key=True),
    Column("trial_id", JOB_ID, ForeignKey("trials.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("message_id", BigInteger, index=True),
    Column("left_is_candidate", Boolean, nullable=False),
    Column("form", String(64), nullable=False),
    Column("theme", Text, nullable=False),
    Column("asked_by", BigInteger, nullable=False, index=True),
    Column("left_text", Text, nullable=False),
    Column("right_text", Text, nullable=False),
    Column("made_at", Double, nullable=False),
)

trial_votes = Table(
    "trial_votes",
    metadata,
    Column("pair_id", JOB_ID, ForeignKey("trial_pairs.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("left", Boolean, nullable=False),
    Column("at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guild_id", BigInteger, nullable=False),
    Column("member_id", BigInteger, nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("action", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Index("ix_audit_of", "guild_id", "at"),
)
