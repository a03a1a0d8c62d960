"""Pictures from their files, drawn for a message. The drawing itself is done beside the event loop, in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from studio.errors import Refusal
from studio.pictures import sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.pictures.files import PictureFiles
    from studio.store.records import Creation, Picture

TOO_LARGE = "These pictures are larger than the files that Discord takes here; ask for fewer of them."


async def attachment(files: PictureFiles, creation: Creation, limit: int) -> bytes:
    """The one file that shows a creation, of at most `limit` bytes.

    Raises:
        Refusal: it cannot be shown; the sentence says why.
    """
    data = [await files.read(picture.digest, picture.mime) for picture in creation.pictures]
    try:
        return await asyncio.to_thread(sheet.attachment, creation.form, data, limit)
    except sheet.TooLargeError:
        raise Refusal(TOO_LARGE) from None


async def large(files: PictureFiles, picture: Picture, limit: int) -> bytes:
    """One picture as large as `limit` bytes let it be, full size at most.

    Raises:
        Refusal: it cannot be shown; the sentence says why.
    """
    try:
        return await alone(files, picture, lambda png: sheet.attachment("new", [png], limit))
    except sheet.TooLargeError:
        raise Refusal(TOO_LARGE) from None


async def alone(files: PictureFiles, picture: Picture, draw: Callable[[bytes], bytes]) -> bytes:
    """One picture as `draw` makes it, for an emoji or a sticker.

    Raises:
        Refusal: its file is gone.
    """
    data = await files.read(picture.digest, picture.mime)
    return await asyncio.to_thread(draw, data)
