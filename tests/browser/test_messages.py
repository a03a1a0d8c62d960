"""What stands in a channel: authors, replies, private answers, files, buttons, selects, forms, reactions, deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

from tests.browser.test_composer import box, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Garden

    Visit = Callable[..., Any]


async def invoke(page: Any, line: str) -> None:
    await box(page).fill(line)
    await page.keyboard.press("Enter")


async def test_an_answer_is_awaited_then_grows_before_everybodys_eyes(visit: Visit) -> None:
    page, other = await visit(), await visit("bo")
    await invoke(page, "/poem theme: dusk")
    for seen in (page, other):
        await expect(said(seen)).to_contain_text("autumn dusk falls slow")
    for seen in (page, other):
        await expect(said(seen)).to_contain_text("somebody comes home")
        await expect(said(seen).get_by_role("button", name="Again")).to_be_visible()
        await expect(said(seen).locator(".badge")).to_have_text("APP")
        await expect(said(seen).locator(".edited")).to_have_text("(edited)")
        await expect(seen.locator(".pending")).to_have_count(0)
        await expect(said(seen)).to_have_count(1)


async def test_thinking_is_shown_and_the_reply_names_what_it_answers(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/poem theme: dusk")
    await page.get_by_role("button", name="Again").click()
    reply = said(page).nth(1)
    await expect(reply).to_contain_text("Here is another one.")
    await expect(reply.locator(".reference")).to_contain_text("Rengaautumn dusk falls slow a lamp is lit")
    await reply.locator(".reference").click()
    await expect(said(page).first).to_have_class("row lit")


async def test_a_private_answer_is_its_owners_alone_and_can_be_dismissed(visit: Visit) -> None:
    page, other = await visit(), await visit("bo")
    await invoke(page, "/secret")
    await expect(said(page)).to_contain_text("Only you can see this")
    await expect(said(page).locator(".mention.lit")).to_have_text("@Ada")
    await expect(other.locator(".row")).to_have_count(0)
    await page.get_by_role("button", name="Dismiss message").click()
    await expect(page.locator(".row")).to_have_count(0)
    await page.reload()
    await expect(page.locator("#page")).to_have_attribute("data-ready", "ada/poems")
    await expect(page.locator(".row")).to_have_count(0)


async def test_pictures_texts_and_other_files_are_shown_and_can_be_downloaded(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/files")
    picture = page.get_by_role("img", name="A dusk in three colours")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 240
    preview = page.get_by_label("The beginning of poem.txt")
    await expect(preview).to_contain_text("line 12")
    await expect(preview).not_to_contain_text("line 13")
    await page.get_by_role("button", name="Show all").click()
    await expect(preview).to_contain_text("line 30")
    await expect(page.locator(".file-name").nth(1)).to_have_text("adapter.safetensors2.0 KB")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download").first.click()
    download = await downloading.value
    assert download.suggested_filename == "poem.txt"


async def test_buttons_of_every_kind_do_what_they_say(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/show what: buttons")
    await expect(page.get_by_role("button", name="Danger")).to_be_disabled()
    await expect(page.get_by_role("link", name="Elsewhere")).to_have_attribute("rel", "noopener noreferrer")
    quietly = page.get_by_role("button", name="Quietly")
    await quietly.click()
    await expect(quietly).not_to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("This interaction failed")).to_be_hidden()
    broken = page.get_by_role("button", name="Broken")
    await broken.click()
    await expect(broken).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("This interaction failed")).to_be_visible()
    await expect(broken).not_to_have_attribute("aria-busy", "true")


async def test_a_select_sends_its_choice(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/show what: a select")
    await page.get_by_role("combobox", name="Pick a form").select_option("tanka")
    await expect(said(page).nth(1)).to_contain_text("Picked tanka")


async def test_a_form_is_checked_then_submitted(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/brief")
    form = page.get_by_role("dialog", name="Edit the brief")
    title = form.get_by_label("Title")
    await expect(title).to_be_focused()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_contain_text("This is needed.")
    await title.fill("ab")
    await expect(form).to_contain_text("At least 3 characters, please; there are 2.")
    await title.fill("Dusk, and then " + "x" * 40)
    await expect(title).to_have_value("Dusk, and then xxxxx")
    await title.fill("Dusk")
    await page.keyboard.press("Enter")
    await expect(form).to_be_hidden()
    await expect(said(page).locator(".part-content")).to_have_text("Dusk by nobody")


async def test_a_form_that_nobody_takes_keeps_what_was_typed(visit: Visit, garden: Garden) -> None:
    page = await visit()
    await invoke(page, "/brief")
    form = page.get_by_role("dialog", name="Edit the brief")
    await form.get_by_label("Title").fill("Dusk")
    garden.bot.kill()
    await expect(page.locator("#banner")).to_contain_text("is offline")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert")).to_have_text("Something went wrong. Try again.")
    await expect(form.get_by_label("Title")).to_have_value("Dusk")
    await garden.start_bot()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_be_hidden()
    await expect(said(page).locator(".part-content")).to_have_text("Dusk by nobody")


async def test_reactions_are_counted_toggled_and_added_from_a_picker(visit: Visit, garden: Garden) -> None:
    message = await garden.say("bo", "react to me", "poems")
    page, other = await visit(), await visit("cy")
    row = said(page)
    await row.hover()
    await row.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("menuitem", name="🌸").click()
    for seen, name in ((page, "🌸, 1, yours"), (other, "🌸, 1")):
        await expect(seen.get_by_role("button", name=name, exact=True)).to_be_visible()
    await other.get_by_role("button", name="🌸, 1").click()
    await expect(page.get_by_role("button", name="🌸, 2, yours")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="🌸, 2, yours").click()
    await expect(page.get_by_role("button", name="🌸, 1", exact=True)).to_have_attribute(
        "aria-pressed", "false"
    )
    await garden.call("DELETE", f"/messages/{message['id']}/reactions?as=mo")
    await expect(page.locator(".part-reactions .chip")).to_have_count(0)


async def test_a_messages_menu_has_the_applications_commands(visit: Visit, garden: Garden) -> None:
    await garden.say("bo", "three small words", "poems")
    page = await visit()
    await said(page).hover()
    await said(page).get_by_role("button", name="Apps").click()
    await page.get_by_role("menuitem", name="Count words").click()
    answer = said(page).filter(has_text="Only you can see this")
    await expect(answer.locator(".part-content")).to_have_text("3 words")
    await expect(answer.locator(".part-reference")).to_contain_text("used Count words")


async def test_a_member_deletes_their_own_and_a_moderator_anybodys(visit: Visit, garden: Garden) -> None:
    await garden.say("bo", "first", "poems")
    await garden.say("ada", "second", "poems")
    page, moderator = await visit(), await visit("mo")
    await expect(page.get_by_role("button", name="Delete message")).to_have_count(1)
    await said(page).nth(1).hover()
    await page.get_by_role("button", name="Delete message").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    await expect(said(moderator)).to_have_count(2)
    await page.get_by_role("button", name="Delete message").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(said(moderator)).to_have_count(1)
    await moderator.get_by_role("button", name="Delete message").click(force=True)
    await moderator.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(said(page)).to_have_count(0)
    await expect(page.get_by_text("Nothing here yet.")).to_be_visible()


async def test_a_mention_that_pinged_lights_its_line_for_who_was_pinged(visit: Visit, garden: Garden) -> None:
    page, other = await visit(), await visit("bo")
    state = await garden.call("GET", "/state?as=ada")
    await garden.say("cy", f"look, <@{state['me']['id']}>", "poems")
    await expect(said(page)).to_have_class("row pinged")
    await expect(said(other)).to_have_class("row")
    await expect(said(other).locator(".mention")).to_have_text("@Ada")
