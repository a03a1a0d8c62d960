"""Pictures in a channel: their ground, alt text and covers, what moves, embeds, and the guild's own emoji."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.browser.test_composer import said
from tests.browser.test_messages import invoke
from tests.browser.test_room import AT_END

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Garden

    Visit = Callable[..., Any]

WIDTH = "(image) => image.decode().then(() => image.naturalWidth)"
PIXEL = "(canvas) => [...canvas.getContext('2d').getImageData(80, 26, 1, 1).data]"


async def test_a_picture_stands_on_a_ground_with_its_alt_text(visit: Visit, artefacts: Path) -> None:
    page = await visit()
    await invoke(page, "/pictures")
    ring = page.get_by_role("img", name="A ring on nothing")
    await expect(ring).to_be_visible()
    assert await ring.evaluate(WIDTH) == 160
    assert "conic-gradient" in await ring.evaluate("(image) => getComputedStyle(image).backgroundImage")
    await expect(page.locator(".embed").get_by_role("img", name="inside.png")).to_be_visible()
    await expect(page.locator(".part-attachments img, .part-attachments canvas")).to_have_count(3)
    await page.screenshot(path=artefacts / "pictures.png")


async def test_a_covered_picture_is_shown_when_it_is_pressed_and_stays_shown(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/pictures")
    late = page.get_by_role("img", name="A ring to come")
    cover = page.get_by_role("button", name="Spoiler: show the file")
    await expect(cover).to_be_visible()
    await expect(late).to_have_count(0)  # nobody who listens is told either
    assert "blur" in await page.locator(".under").evaluate("(node) => getComputedStyle(node).filter")
    await cover.focus()
    await page.keyboard.press("Enter")
    await expect(late).to_be_visible()
    await expect(cover).to_have_count(0)
    assert await page.locator(".under").evaluate("(node) => getComputedStyle(node).filter") == "none"
    await expect(page.get_by_role("link", name="A ring to come")).to_be_focused()


async def test_what_moves_plays_or_waits_to_be_played(visit: Visit) -> None:
    moving = await visit(reduced_motion="no-preference")
    await invoke(moving, "/pictures")
    ring = moving.locator("img[alt='A ring that changes']")
    await expect(ring).to_be_visible()
    await expect(moving.get_by_role("button", name="Play: A ring that changes")).to_have_count(0)

    calm = await visit("bo", reduced_motion="reduce")
    still = calm.locator("canvas")
    await expect(still).to_have_attribute("width", "160")
    await expect(still).to_have_accessible_name("A ring that changes")
    await calm.wait_for_function(f"() => ({PIXEL})(document.querySelector('canvas'))[3] > 0")
    red, green, _, _ = await still.evaluate(PIXEL)
    assert red > green, "it is not the first frame"
    play = calm.get_by_role("button", name="Play: A ring that changes")
    await play.click()
    await expect(calm.locator("img[alt='A ring that changes']")).to_be_visible()
    await play.click()
    await expect(still).to_be_visible()


async def test_the_guilds_own_emoji_is_shown_everywhere_and_can_be_picked(
    visit: Visit, garden: Garden
) -> None:
    name = "ring_of_ada"
    page = await visit()
    await invoke(page, f"/emoji name: {name}")
    content = said(page).locator(".part-content")
    own = content.get_by_role("img", name=f":{name}:")
    await expect(own).to_be_visible()
    assert await own.evaluate(WIDTH) == 128
    await expect(content).to_contain_text(":gone: is gone.")
    await expect(said(page).get_by_role("button", name="Quietly").locator("img")).to_be_visible()
    chip = said(page).get_by_role("button", name=f":{name}:, 1", exact=True)
    await expect(chip.locator("img")).to_be_visible()
    await chip.click()
    await expect(said(page).get_by_role("button", name=f":{name}:, 2, yours")).to_be_visible()
    await expect(page.get_by_role("region", name="Emoji and stickers").get_by_role("img")).to_have_count(1)

    await garden.say("bo", "react to me", "poems")
    row = said(page).nth(1)
    await row.hover()
    await row.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("menuitem", name=f":{name}:").click()
    await expect(row.get_by_role("button", name=f":{name}:, 1, yours")).to_be_visible()


async def test_who_comes_to_a_channel_of_pictures_stands_at_its_end_when_they_have_loaded(
    visit: Visit,
) -> None:
    page = await visit()
    for _ in range(3):
        await invoke(page, "/files")
        await invoke(page, "/pictures")
    other = await visit()
    await expect(other.locator(".part-attachments img").last).to_be_visible()
    loaded = "() => [...document.images].every((image) => image.complete)"
    await other.wait_for_function(loaded)
    await other.evaluate(
        "() => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(told)))"
    )
    assert await other.locator(".scroller").evaluate(AT_END)
