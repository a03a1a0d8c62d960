"""Request bodies: JSON, or multipart with files and `payload_json`, or with files and plain fields."""

from __future__ import annotations

import json
import re
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.drafts import Upload
from sandbox.errors import ApiError

FIELD = re.compile(r"files\[(\d+)\]")
REQUEST_LIMIT = 100 * 1024 * 1024  # bytes, all files together
CHUNK = 256 * 1024


async def read(request: web.Request, file_limit: int) -> tuple[Any, tuple[Upload, ...]]:
    """The JSON and the files of a request. `file_limit`: bytes each.

    Raises:
        ApiError: the JSON cannot be read, or a file is too large (40005).
    """
    if not request.body_exists:
        return None, ()
    try:
        if request.content_type == "multipart/form-data":
            return await _multipart(request, file_limit)
        return _json(await request.read()), ()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, 40005, "Request entity too large") from None
    except ValueError:  # what aiohttp makes of a multipart body that is none
        raise ApiError(400, 50035, "Invalid Form Body") from None


def _json(raw: bytes | str) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise ApiError(400, 50109, "The request body contains invalid JSON.") from None


async def _multipart(request: web.Request, file_limit: int) -> tuple[Any, tuple[Upload, ...]]:
    payload: Any = {}
    uploads: list[Upload] = []
    together = 0
    async for part in await request.multipart():
        if not isinstance(part, aiohttp.BodyPartReader):
            raise ApiError(400, 50035, "Invalid Form Body")
        if part.name == "payload_json":
            payload = _json(await part.text(encoding="utf-8"))
            continue
        name = part.name or ""
        if part.filename is None and isinstance(payload, dict):
            payload[name] = await part.text(encoding="utf-8")
            continue
        match = FIELD.fullmatch(name)
        data = bytearray()
        while chunk := await part.read_chunk(CHUNK):
            data += chunk
            together += len(chunk)
            if len(data) > file_limit or together > REQUEST_LIMIT:
                raise ApiError(413, 40005, "Request entity too large")
        key = match[1] if match else str(len(uploads))
        uploads.append(Upload(key, part.filename or "file", bytes(data), name))
    return payload, tuple(uploads)
