"""Which browser drives the chat page: the one that is there, else Playwright's own download.

Only Chromium and its kin: Playwright cannot drive a Firefox as distributions ship it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


class NoBrowserError(Exception):
    """There is none; the message says what to do."""


def find_browser(playwright: Playwright) -> str:
    """The executable to use.

    Raises:
        NoBrowserError: none is installed.
    """
    for name in NAMES:
        if found := shutil.which(name):
            return found
    downloaded = playwright.chromium.executable_path
    if Path(downloaded).is_file():
        return downloaded
    raise NoBrowserError("No browser was found; run `make browser` (or python -m tests.browser.install).")


async def launch(playwright: Playwright) -> Browser:
    """Start it, without a window and with a profile of its own that is thrown away.

    Raises:
        NoBrowserError: none is installed.
        playwright.async_api.Error: it does not start.
    """
    return await playwright.chromium.launch(executable_path=find_browser(playwright), args=list(ARGUMENTS))
