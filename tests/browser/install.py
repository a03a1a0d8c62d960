"""`python -m tests.browser.install`: a browser for the chat page's tests, by the first way that works.

The one that is there; else Playwright's own download; else the system's package, where we are root and have
apt-get. Run again, it finds what it installed. Exits 1 with one line when no way works.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys

from playwright.async_api import Error, async_playwright

from tests.browser.browsers import NoBrowserError, find_browser, launch


def main() -> int:
    """The exit status: 0 there is a browser that starts, 1 there is none."""
    if works():
        return 0
    print("Downloading Playwright's Chromium…", flush=True)
    if ran(sys.executable, "-m", "playwright", "install", "chromium") and works():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing the system's package chromium…", flush=True)
        if ran("apt-get", "update", "-qq") and ran("apt-get", "install", "-y", "-qq", "chromium") and works():
            return 0
    print("No browser could be had: install chromium, and run this again.", file=sys.stderr)
    return 1


def works() -> bool:
    """Whether a browser is there and starts; says which, or why not."""

    async def start() -> str:
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            version = browser.version
            await browser.close()
            return f"{find_browser(playwright)}, version {version}"

    try:
        print(f"Browser: {asyncio.run(start())}", flush=True)
    except NoBrowserError:
        return False
    except Error as error:
        print(f"The browser here does not start: {error.message.splitlines()[0]}", flush=True)
        return False
    return True


def ran(*command: str) -> bool:
    """Whether the command ran and succeeded, in ten minutes at most."""
    try:
        return subprocess.run(command, check=False, timeout=600).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{command[0]}: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    sys.exit(main())
