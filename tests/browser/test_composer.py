"""Writing: plain messages, picking a command, its fields, suggestions, and lines typed or pasted in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Locator, Page

    Visit = Callable[..., Any]


def box(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def field(page: Page, name: str) -> Locator:
    return page.locator(f'[data-option="{name}"]')


def suggested(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def said(page: Page) -> Locator:
    return page.locator(".messages > .row:not(.pending)")


async def test_a_plain_message_is_sent_by_enter_and_a_new_line_by_shift_enter(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    await expect(said(page)).to_have_count(1)
    await expect(said(page).locator(".part-content")).to_have_text("one\ntwo", use_inner_text=True)
    await expect(said(page).locator(".author")).to_have_text("Ada")
    await expect(box(page)).to_have_value("")


async def test_a_command_is_found_picked_and_sent_with_the_keyboard_alone(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("/")
    await expect(suggested(page).first).to_contain_text("/adapter train")
    await page.keyboard.type("po")
    await expect(suggested(page)).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(field(page, "theme")).to_be_focused()
    await page.keyboard.type("autumn dusk")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Add form")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(field(page, "form")).to_be_focused()
    await expect(suggested(page)).to_have_count(5)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field(page, "form")).to_have_value("A sonnet")
    await page.keyboard.press("Enter")
    await expect(said(page).locator(".reference")).to_have_text("AAda used /poem")
    await expect(said(page)).to_contain_text("sonnet · “autumn dusk” · short · seed 7")
    await expect(box(page)).to_be_focused()


async def test_escape_and_backspace_lead_back_out_of_a_command(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("/poem ")
    await expect(field(page, "theme")).to_be_focused()
    await page.get_by_role("button", name="Add seed").click()
    await page.keyboard.press("Backspace")
    await expect(field(page, "seed")).to_have_count(0)
    await expect(field(page, "theme")).to_be_focused()
    await page.keyboard.press("Backspace")
    await expect(box(page)).to_have_value("/poem")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()


LINES = (
    "/poem theme: autumn dusk length: long seed: 42",
    '/poem theme:"autumn dusk" length:long seed:42',
    "/poem autumn dusk seed: 42 length: Long",
)


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "pasted"])
async def test_a_line_in_full_is_a_command(visit: Visit, typed: bool) -> None:
    page = await visit()
    for count, line in enumerate(LINES, start=1):
        if typed:
            await box(page).press_sequentially(line)
        else:
            await box(page).fill(line)
        await page.keyboard.press("Escape")
        await page.keyboard.press("Enter")
        await expect(said(page)).to_have_count(count)
        await expect(said(page).last).to_contain_text("free verse · “autumn dusk” · long · seed 42")


async def test_a_missing_option_is_named_and_focused(visit: Visit) -> None:
    page = await visit()
    await box(page).fill("/poem seed: 5")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("/poem needs theme.")
    await expect(field(page, "theme")).to_be_focused()
    await expect(said(page)).to_have_count(0)


async def test_what_the_client_refuses_comes_back_with_one_sentence(visit: Visit) -> None:
    page = await visit()
    await box(page).fill("/poem theme: dusk seed: 1000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("seed must be between 0 and 99, not 1000.")
    await expect(field(page, "seed")).to_have_value("1000")
    await expect(said(page)).to_have_count(0)


async def test_what_is_too_long_is_kept_and_told(visit: Visit) -> None:
    page = await visit()
    await box(page).fill("/poem theme: " + "long " * 1999 + "\nlong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text(
        "theme must have between 1 and 200 characters; it has 9999."
    )
    await expect(field(page, "theme")).to_have_value(" ".join(["long"] * 2000))
    await page.reload()
    await expect(page.locator("#page")).to_have_attribute("data-ready", "ada/poems")
    await box(page).fill("x" * 2001)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text(
        "A message has at most 2000 characters; this one has 2001."
    )
    await expect(box(page)).to_have_value("x" * 2001)
    await expect(said(page)).to_have_count(0)


async def test_an_unknown_command_is_not_said_aloud(visit: Visit) -> None:
    page = await visit()
    await box(page).fill("/peom dusk")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("There is no command /peom")
    await expect(said(page)).to_have_count(0)


async def test_choices_and_truths_are_offered_and_narrowed(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("/poem dusk length:")
    await expect(suggested(page)).to_have_text(["short", "long"])
    await page.keyboard.type("lo")
    await expect(suggested(page)).to_have_text(["long"])
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="Add loud").click()
    await suggested(page).filter(has_text="True").click()
    await page.get_by_role("button", name="Send").click()
    await expect(said(page)).to_contain_text("· long · seed 7 · LOUD")


async def test_members_are_offered_and_a_sub_command_is_a_command(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("/ad")
    await page.keyboard.press("Enter")
    await page.keyboard.type("haiku-ada")
    await page.keyboard.press("Tab")
    await page.keyboard.type("cy")
    await page.keyboard.press("Tab")
    await expect(field(page, "by")).to_have_value("Cy")
    await page.get_by_role("button", name="Send").click()
    await expect(said(page).locator(".part-content")).to_have_text("Training haiku-ada for @Cy.")


async def test_a_late_suggestion_never_replaces_a_newer_one(visit: Visit) -> None:
    page = await visit()
    await box(page).press_sequentially("/poem dusk form:")
    await expect(suggested(page)).to_have_count(5)

    def asks(word: str) -> Callable[[Any], bool]:
        return lambda request: request.method == "POST" and f'"form":"{word}"' in (request.post_data or "")

    async with page.expect_event("requestfinished", asks("s")):
        async with page.expect_request(asks("s")):
            await field(page, "form").fill("s")
        await field(page, "form").fill("hai")
        await expect(suggested(page)).to_have_text(["A haiku"])
    await expect(suggested(page)).to_have_text(["A haiku"])


async def test_a_command_that_nobody_answers_says_so_and_can_be_dismissed(visit: Visit, garden: Any) -> None:
    page, other = await visit(), await visit("bo")
    await box(page).press_sequentially("/silent ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".pending")).to_contain_text("Sending command…")
    row = page.locator(".unanswered")
    await expect(row).to_contain_text("The application did not respond")
    await expect(row).to_contain_text("Only you can see this")
    await expect(other.locator(".row")).to_have_count(0)
    await row.get_by_role("button", name="Dismiss").click()
    await expect(page.locator(".row")).to_have_count(0)
