"""A message with a picture, as tests look at it."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def labels(message: Any) -> list[list[str]]:
    return [[item.label for item in row.children] for row in message.components]


async def image(message: Any) -> Image.Image:
    (attachment,) = message.attachments
    return Image.open(io.BytesIO(await attachment.read()))
