"""A browser, a sandbox and a small bot for the chat page's tests. A missing browser fails; it never skips.

One browser, one sandbox and one bot serve the folder; each test gets a channel's worth of fresh pages.
"""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from bench.rig import CLEAN, Process, emptied, until
from tests.browser.browsers import launch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from playwright.async_api import Browser, BrowserContext, Page

ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
SHOWN_WITHIN_MS = (
    20_000  # what a page is to show is shown within a moment; how long that is, the machine says
)
DESKTOP, PHONE = {"width": 1200, "height": 800}, {"width": 390, "height": 780}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test with a page is slow, and needs the event loop that the one browser lives on."""
    for item in items:
        here = Path(__file__).parent in item.path.parents
        if here and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.function):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(60))
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Garden:
    """A sandbox with a small bot in it."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Process(
            "sandbox", [sys.executable, "-m", "sandbox", "serve", "--port", "0", "--exit-with-parent",
                        "--address-file", str(folder / "address.json")],
            CLEAN, folder / "sandbox",
        )  # fmt: skip
        self.folder = folder
        self.address = ""
        self.bot: Process

    async def start(self) -> None:
        self.sandbox.start()
        line = await until(lambda: self.sandbox.said().partition("\n")[0], 20, "the sandbox to listen")
        self.address = json.loads(line)["listening"]
        command = [sys.executable, str(Path(__file__).with_name("small_bot.py")), self.address]
        self.bot = Process("bot", command, CLEAN, self.folder / "bot")
        await self.start_bot()

    async def start_bot(self) -> None:
        self.bot.stop()
        times = self.bot.said().count("ready")
        self.bot.start()
        await until(
            lambda: "1" if self.bot.said().count("ready") > times else "", 20, "the small bot to be ready"
        )

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Speak to the sandbox's people's side, as another client than the page."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.address}/sandbox/v1{path}", json=body) as answer,
        ):
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else None

    async def say(self, member: str, content: str, channel: str = "quiet") -> dict[str, Any]:
        found: dict[str, Any] = await self.call(
            "POST", "/messages", {"as": member, "channel": channel, "content": content}
        )
        return found

    def stop(self) -> None:
        self.bot.stop()
        self.sandbox.stop()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=SHOWN_WITHIN_MS)
    async with async_playwright() as playwright:
        found = await launch(playwright)
        yield found
        await found.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def planted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Garden]:
    garden = Garden(tmp_path_factory.mktemp("garden"))
    try:
        await garden.start()
        yield garden
    finally:
        garden.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def garden(planted: Garden) -> Garden:
    """The sandbox with nothing said in it, its bot online."""
    await emptied(planted.call)
    if not planted.bot.alive:
        await planted.start_bot()
    return planted


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, garden: Garden) -> AsyncIterator[Callable[..., Any]]:
    """`await visit("ada")` opens the page; errors of its scripts fail the test."""
    async with visitor(browser, lambda: garden.address) as opened:
        yield opened


@asynccontextmanager
async def visitor(browser: Browser, address: Callable[[], str]) -> AsyncIterator[Callable[..., Any]]:
    """Opens pages of the sandbox at `address()`."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    async def open_page(member: str = "ada", channel: str = "poems", **options: Any) -> Page:
        context = await browser.new_context(
            **{"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
        await page.goto(f"{address()}/#{member}/{channel}")
        await expect(page.locator("#page")).to_have_attribute("data-ready", f"{member}/{channel}")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert errors == [], "the page's own scripts failed"
