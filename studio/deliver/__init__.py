"""A job's events become one creation, exactly once, and its messages are remembered.

`follow` brings a job to its ending; `choosing` picks one of several drafts; `shown` remembers what Discord was told of it; `rights` is who may stop or delete
it. How anything looks in a channel is the bot's.
"""

from __future__ import annotations

from studio.deliver.choosing import choose
from studio.deliver.follow import Pace, follow
from studio.deliver.rights import cancel, delete_creation, may_delete_picked
from studio.deliver.shown import (
    asked,
    creation,
    given_up,
    notified,
    picked,
    picked_message,
    posted,
    posted_parts,
    settled,
    undeliverable,
    unsettled,
    withdrawn,
)
from studio.deliver.updates import (
    CalledOff,
    Crowded,
    Ending,
    Growing,
    HostAway,
    Made,
    NotMade,
    Update,
    Waiting,
    Working,
)

__all__ = [
    "CalledOff",
    "Crowded",
    "Ending",
    "Growing",
    "HostAway",
    "Made",
    "NotMade",
    "Pace",
    "Update",
    "Waiting",
    "Working",
    "asked",
    "cancel",
    "choose",
    "creation",
    "delete_creation",
    "follow",
    "given_up",
    "may_delete_picked",
    "notified",
    "picked",
    "picked_message",
    "posted",
    "posted_parts",
    "settled",
    "undeliverable",
    "unsettled",
    "withdrawn",
]
