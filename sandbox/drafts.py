"""What a request says about a message, checked against Discord's limits, before anything happens.

A field that the request leaves out is None, so that an edit changes only what it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import components, embeds, mentions
from sandbox.errors import ApiError, bad_length, invalid_form, too_long

CONTENT = 2000
FILES = 10
NONCE = 25
DESCRIPTION = 1024
SETTABLE_FLAGS = 1 << 2 | 1 << 6 | 1 << 12
COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived; `key` is the number in its field's name, `files[KEY]`."""

    key: str
    filename: str
    data: bytes
    field: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked message body."""

    content: str | None
    embeds: list[dict[str, Any]] | None
    components: list[dict[str, Any]] | None
    attachments: list[dict[str, Any]] | None
    uploads: tuple[Upload, ...]
    flags: int
    allowed: mentions.Allowed
    allowed_given: bool
    nonce: str | int | None
    enforce_nonce: bool
    reply_to: str | None
    reply_must_exist: bool
    tts: bool

    @property
    def says_nothing(self) -> bool:
        """Whether a new message of this would be empty."""
        return not (self.content or self.embeds or self.components or self.uploads)


def read(body: dict[str, Any], uploads: tuple[Upload, ...], default: mentions.Allowed) -> Draft:
    """Check a message body.

    Raises:
        ApiError: a limit is passed or a field is of the wrong kind.
    """
    content = body.get("content")
    if content is not None and not isinstance(content, str):
        raise invalid_form("content", "BASE_TYPE_BAD_TYPE", "Could not interpret the value as string.")
    if "content" in body:
        content = (content or "").strip()
        if len(content) > CONTENT:
            raise too_long("content", CONTENT)
    flags = body.get("flags") or 0
    if flags & COMPONENTS_V2:
        raise ApiError(501, 0, "The sandbox has no Components V2 yet: send content and action rows.")
    if body.get("poll") or body.get("sticker_ids"):
        raise ApiError(501, 0, "The sandbox has no polls and no stickers.")
    if len(uploads) > FILES:
        raise bad_length("attachments", 0, FILES)
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > NONCE:
        raise too_long("nonce", NONCE)
    reference = body.get("message_reference") or {}
    return Draft(
        content=content,
        embeds=embeds.checked(body["embeds"]) if "embeds" in body else None,
        components=components.checked(body["components"]) if "components" in body else None,
        attachments=_attachments(body),
        uploads=uploads,
        flags=flags & SETTABLE_FLAGS,
        allowed=mentions.parse(body.get("allowed_mentions"), default),
        allowed_given=body.get("allowed_mentions") is not None,
        nonce=nonce,
        enforce_nonce=bool(body.get("enforce_nonce")),
        reply_to=str(reference["message_id"]) if reference.get("message_id") else None,
        reply_must_exist=reference.get("fail_if_not_exists", True),
        tts=bool(body.get("tts")),
    )


def _attachments(body: dict[str, Any]) -> list[dict[str, Any]] | None:
    if "attachments" not in body:
        return None
    listed = body["attachments"] or []
    if len(listed) > FILES:
        raise bad_length("attachments", 0, FILES)
    for index, attachment in enumerate(listed):
        if len(attachment.get("description") or "") > DESCRIPTION:
            raise too_long(f"attachments.{index}.description", DESCRIPTION)
    return list(listed)
