"""The whole of it as a person meets it: Renga's own bot and host behind the page. The engine is the fast stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest_asyncio
from playwright.async_api import expect

from bench.rig import Rig
from tests.browser.conftest import visitor
from tests.browser.test_composer import box, field, said, suggested

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser

RECTANGLE = {"width": 1100, "height": 760}


@pytest_asyncio.fixture(loop_scope="session")
async def renga(tmp_path: Path) -> AsyncIterator[Rig]:
    settings = {"TEXT_MODEL": "fake", "FAKE_TOKENS_PER_SECOND": "25"}
    async with Rig(tmp_path, settings=settings) as rig:
        yield rig


async def test_a_poem_is_picked_watched_reacted_to_and_made_again_after_a_restart(
    renga: Rig, browser: Browser, artefacts: Path
) -> None:
    async with visitor(browser, lambda: renga.url) as visit:
        page: Any = await visit("ada", viewport=RECTANGLE)
        await box(page).press_sequentially("/po")
        await expect(suggested(page).first).to_contain_text("/poem")
        await page.keyboard.press("Tab")
        await page.keyboard.type("autumn dusk")
        await page.get_by_role("button", name="Add form").click()
        await page.keyboard.type("hai")
        await expect(suggested(page).first).to_contain_text("Haiku", ignore_case=True)
        await page.keyboard.press("Enter")
        await expect(field(page, "form")).to_have_value(re.compile("haiku", re.IGNORECASE))
        await page.keyboard.press("Enter")

        poem = said(page).first
        await expect(poem.locator(".reference")).to_contain_text("Ada used /poem")
        await expect(poem).to_contain_text("writing…")
        await expect(poem.get_by_role("button", name="Cancel")).to_be_visible()
        growing = await poem.locator(".paragraph").first.inner_text()
        again = poem.get_by_role("button", name="Again")
        await expect(again).to_be_visible()
        assert len(await poem.locator(".paragraph").first.inner_text()) > len(growing)
        await expect(poem.locator(".subtext", has_text="seed")).to_be_visible()
        # the fake model knows no syllables, and the card says so
        await expect(poem.locator(".subtext").last).to_contain_text("Not quite a haiku")

        await poem.get_by_role("button", name="👍, 1").click()
        await expect(poem.get_by_role("button", name="👍, 2, yours")).to_be_visible()

        renga.bot.kill()
        await expect(page.locator("#banner")).to_contain_text("Renga is offline")
        await renga.restart_bot()
        await renga.ready()
        await expect(page.locator("#banner")).to_be_hidden()
        await again.click()
        second = said(page).nth(1)
        await expect(second.get_by_role("button", name="Again")).to_be_visible()
        await expect(second.get_by_role("button", name="👎, 1")).to_be_visible()
        await page.mouse.move(0, 0)
        await page.screenshot(path=artefacts / "renga.png")

        await second.get_by_role("button", name="Edit brief").click()
        form = page.get_by_role("dialog", name="Edit the brief")
        await expect(form.get_by_label("Theme")).to_have_value("autumn dusk")
        await form.get_by_role("button", name="Cancel").click()
        await second.locator(".actions").get_by_role("button", name="Delete").click()
        await expect(said(page)).to_have_count(1)
