"""Who a message mentions and who it really notifies, given `allowed_mentions`. Pure.

Mentions inside code spans are text. Only direct and reply mentions reach people in direct channels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.errors import invalid_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(?:everyone|here)\b")
KINDS = {"users", "roles", "everyone"}


@dataclass(frozen=True, slots=True)
class Allowed:
    """What `allowed_mentions` permits; None stands for "all that are in the text"."""

    users: frozenset[str] | None
    roles: frozenset[str] | None
    everyone: bool
    replied_user: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """The outcome: ids of users and roles, and the members who are notified."""

    users: list[str]
    roles: list[str]
    everyone: bool
    pinged: list[str]


BY_MEMBER = Allowed(users=None, roles=frozenset(), everyone=True, replied_user=True)
BY_BOT = Allowed(users=None, roles=None, everyone=True, replied_user=True)
BY_INTERACTION = Allowed(users=None, roles=frozenset(), everyone=False, replied_user=False)


def parse(raw: dict[str, Any] | None, default: Allowed) -> Allowed:
    """Read Discord's `allowed_mentions` object.

    Raises:
        ApiError: it contradicts itself or names an unknown kind.
    """
    if raw is None:
        return default
    kinds = set(raw.get("parse") or [])
    if kinds - KINDS:
        raise invalid_form("allowed_mentions.parse", "BASE_TYPE_CHOICES", f"Must be one of {sorted(KINDS)}.")
    for kind in ("users", "roles"):
        if kind in kinds and raw.get(kind):
            raise invalid_form(
                f"allowed_mentions.{kind}", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )  # fmt: skip
    return Allowed(
        users=None if "users" in kinds else frozenset(str(found) for found in raw.get("users") or []),
        roles=None if "roles" in kinds else frozenset(str(found) for found in raw.get("roles") or []),
        everyone="everyone" in kinds,
        replied_user=bool(raw.get("replied_user")),
    )


def find(
    content: str,
    allowed: Allowed,
    *,
    members: Mapping[str, Iterable[str]],
    mentionable: frozenset[str],
    may_mention_all: bool,
    author: str,
    replied_to: str | None,
) -> Mentions:
    """Who is mentioned. `members` maps each who can see the channel to their role ids.

    `mentionable` are the roles anybody may mention; `may_mention_all` is the author's Mention Everyone.
    """
    text = CODE.sub(" ", content)
    users = [found for found in dict.fromkeys(USER.findall(text)) if found in members]
    if allowed.users is not None:
        users = [found for found in users if found in allowed.users]
    if replied_to is not None and allowed.replied_user and replied_to in members and replied_to not in users:
        users.append(replied_to)
    roles = [
        found for found in dict.fromkeys(ROLE.findall(text))
        if (allowed.roles is None or found in allowed.roles) and (may_mention_all or found in mentionable)
    ]  # fmt: skip
    everyone = allowed.everyone and may_mention_all and EVERYONE.search(text) is not None
    pinged = dict.fromkeys(users)
    for member, held in members.items():
        if everyone or set(roles) & set(held):
            pinged[member] = None
    pinged.pop(author, None)
    return Mentions(users, roles, everyone, list(pinged))
