"""The room around the messages: channels, members, connection, scrolling, reading aloud, contrast, small screens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE
from tests.browser.test_composer import box, said, suggested
from tests.browser.test_messages import invoke

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.conftest import Garden

    Visit = Callable[..., Any]

AT_END = "(node) => node.scrollHeight - node.scrollTop - node.clientHeight < 2"

# in one task: the browser tells of the scrolling a frame later, and lays the message out before it paints
SCROLL_THEN_HEAR = """(node, data) => {
  node.scrollTo(0, 100);
  sockets.at(-1).dispatchEvent(new MessageEvent("message", { data }));
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

FAINT = """() => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const read = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const visible = node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (!walker.currentNode.data.trim() || !visible || node.closest(":disabled, script, option, .unseen")) continue;
    const [one, other] = [light(read(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.5) found.push(`${walker.currentNode.data.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  }
  return found;
}"""


async def test_channels_are_switched_and_mark_what_was_not_read(visit: Visit, garden: Garden) -> None:
    page = await visit()
    me = (await garden.call("GET", "/state?as=ada"))["me"]["id"]
    await garden.say("bo", "over here", "stories")
    await garden.say("bo", f"and you, <@{me}>", "stories")
    stories = page.get_by_role("navigation").get_by_role("button", name="stories")
    await expect(stories).to_contain_text("(unread)")
    await expect(stories.get_by_label("1 mentions")).to_be_visible()
    await stories.click()
    await expect(page.get_by_role("heading", name="#stories")).to_be_visible()
    await expect(said(page)).to_have_count(2)
    await expect(stories).not_to_contain_text("(unread)")
    await page.go_back()
    await expect(page.get_by_role("heading", name="#poems")).to_be_visible()


async def test_one_acts_as_another_member(visit: Visit) -> None:
    page = await visit()
    await page.get_by_role("region", name="Act as").get_by_role("button", name="Bo").click()
    await expect(page.locator("#page")).to_have_attribute("data-ready", "bo/poems")
    await box(page).fill("it is Bo now")
    await page.keyboard.press("Enter")
    await expect(said(page).locator(".author")).to_have_text("Bo")


async def test_one_writes_to_the_bot_directly(visit: Visit) -> None:
    page, other = await visit("cy"), await visit("bo")
    await page.get_by_role("region", name="Act as").get_by_role("button", name="Renga").click()
    await expect(page.get_by_role("heading", name="@Renga")).to_be_visible()
    await invoke(page, "/show what: between us")
    await expect(said(page)).to_contain_text("between us")
    await expect(other.get_by_role("button", name="direct messages")).to_have_count(0)


async def test_an_address_that_names_nobody_is_said_in_a_sentence(visit: Visit, garden: Garden) -> None:
    page = await visit()
    await page.goto(f"{garden.address}/#zoe/poems")
    await expect(page.locator("#banner")).to_contain_text("There is no member 'zoe'")


async def test_the_page_says_when_the_bot_is_away_and_old_buttons_work_when_it_is_back(
    visit: Visit, garden: Garden
) -> None:
    page = await visit()
    await invoke(page, "/poem theme: dusk")
    again = page.get_by_role("button", name="Again")
    await expect(again).to_be_visible()
    garden.bot.kill()
    await expect(page.locator("#banner")).to_contain_text("Renga is offline")
    await again.click()
    await expect(page.get_by_text("This interaction failed")).to_be_visible()
    await garden.start_bot()
    await expect(page.locator("#banner")).to_be_hidden()
    await again.click()
    await expect(said(page).nth(1)).to_contain_text("Here is another one.")


async def test_a_lost_connection_is_said_and_what_was_missed_is_fetched(visit: Visit, garden: Garden) -> None:
    page = await visit()
    sockets: list[Any] = []
    refusing = True

    async def route(socket: Any) -> None:
        if refusing and sockets:
            await socket.close()
            return
        socket.connect_to_server()
        sockets.append(socket)

    await page.route_web_socket("**/events?**", route)
    await page.reload()
    await garden.say("bo", "before", "poems")
    await expect(said(page)).to_have_count(1)
    await sockets[0].close()
    await expect(page.locator("#banner")).to_contain_text("connection to the sandbox is lost")
    await garden.say("bo", "meanwhile", "poems")
    refusing = False
    await expect(said(page)).to_have_count(2)
    await expect(page.locator("#banner")).to_be_hidden()
    await garden.say("bo", "after", "poems")
    await expect(said(page)).to_have_count(3)


async def test_the_end_is_followed_only_by_who_stands_there(visit: Visit, garden: Garden) -> None:
    for number in range(40):
        await garden.say("bo", f"message {number}\nof two lines", "poems")
    page = await visit()
    scroller = page.locator(".scroller")
    assert await scroller.evaluate(AT_END)
    await garden.say("cy", "one more", "poems")
    await expect(said(page).get_by_text("one more")).to_be_in_viewport()
    await scroller.evaluate("(node) => node.scrollTo(0, 100)")
    await garden.say("cy", "and another", "poems")
    pill = page.get_by_role("button", name="1 new message")
    await expect(pill).to_be_visible()
    assert await scroller.evaluate("(node) => node.scrollTop") == 100
    await pill.click()
    await expect(said(page).get_by_text("and another")).to_be_in_viewport()
    await expect(pill).to_be_hidden()


async def test_who_scrolled_away_in_the_frame_of_a_message_is_not_pulled_back(
    visit: Visit, garden: Garden
) -> None:
    for number in range(40):
        last = await garden.say("bo", f"message {number}\nof two lines", "poems")
    page = await visit()
    await page.add_init_script("""
      window.sockets = [];
      window.WebSocket = class extends WebSocket {
        constructor(...given) {
          super(...given);
          sockets.push(this);
        }
      };
    """)
    await page.reload()
    scroller = page.locator(".scroller")
    await expect(said(page)).to_have_count(40)
    assert await scroller.evaluate(AT_END)
    came = {**last, "id": str(int(last["id"]) + 1), "content": "and another"}
    await scroller.evaluate(SCROLL_THEN_HEAR, json.dumps({"type": "message_create", "data": came}))
    await expect(said(page)).to_have_count(41)
    await expect(page.get_by_role("button", name="1 new message")).to_be_visible()
    assert await scroller.evaluate("(node) => node.scrollTop") == 100


async def test_a_long_channel_shows_its_end_and_then_what_came_before(visit: Visit, garden: Garden) -> None:
    for number in range(120):
        await garden.say("bo", f"number {number}.", "poems")
    page = await visit()
    await expect(said(page)).to_have_count(100)
    await page.get_by_role("button", name="Show earlier messages").click()
    await expect(said(page)).to_have_count(120)
    await expect(said(page).first).to_contain_text("number 0.")
    await expect(page.get_by_role("button", name="Show earlier messages")).to_be_hidden()


async def test_new_messages_are_read_aloud_and_edits_are_not(visit: Visit, garden: Garden) -> None:
    page = await visit()
    await page.evaluate("""() => {
      window.heard = [];
      const voice = document.querySelector('[aria-live="polite"].unseen');
      new MutationObserver(() => heard.push(voice.textContent)).observe(voice, { childList: true });
    }""")
    await garden.say("bo", "a **new** one", "poems")
    await expect(said(page)).to_have_count(1)
    await invoke(page, "/everyone")
    more = page.get_by_role("button", name="More")
    for _ in range(2):
        await more.click()
    await expect(said(page).nth(1)).to_contain_text("somebody comes home")
    assert await page.evaluate("heard") == ["Bo: a new one", "Renga: autumn dusk falls slow"]


async def test_focus_stays_on_a_button_while_its_message_is_edited(visit: Visit) -> None:
    page = await visit()
    await invoke(page, "/everyone")
    more = page.get_by_role("button", name="More")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(said(page)).to_contain_text("a lamp is lit")
    await expect(more).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
async def test_everything_can_be_read(
    visit: Visit, garden: Garden, artefacts: Path, scheme: str, width: str
) -> None:
    me = (await garden.call("GET", "/state?as=ada"))["me"]["id"]
    await garden.say(
        "bo", f"# Dusk\n**bold** `code` for <@{me}> https://example.org/\n> quoted\n-# small", "poems"
    )
    options = {"viewport": PHONE, "has_touch": True, "is_mobile": True} if width == "phone" else {}
    page = await visit(color_scheme=scheme, **options)
    await invoke(page, "/secret")
    await expect(said(page)).to_have_count(2)
    await invoke(page, "/show what: all of it")
    await expect(said(page)).to_have_count(3)
    await box(page).press_sequentially("/poem dusk length:")
    await expect(suggested(page)).to_have_text(["short", "long"])
    await page.screenshot(path=artefacts / f"page-{width}-{scheme}.png")
    assert await page.evaluate(FAINT) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


async def test_on_a_phone_channels_and_members_are_in_a_drawer(visit: Visit) -> None:
    page = await visit(viewport=PHONE, has_touch=True, is_mobile=True)
    stories = page.get_by_role("navigation").get_by_role("button", name="stories")
    await expect(stories).to_be_hidden()
    await page.get_by_role("button", name="Channels and members").tap()
    await stories.tap()
    await expect(page.get_by_role("heading", name="#stories")).to_be_visible()
    await expect(stories).to_be_hidden()


async def test_the_page_asks_nothing_of_any_other_host(visit: Visit, garden: Garden) -> None:
    page = await visit()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await expect(page.locator("#page")).to_have_attribute("data-ready", "ada/poems")
    await invoke(page, "/files")
    await expect(page.get_by_role("img", name="A dusk in three colours")).to_be_visible()
    assert asked
    assert all(url.startswith((garden.address, "data:")) for url in asked)
