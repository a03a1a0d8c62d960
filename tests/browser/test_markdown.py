"""Discord's markdown as the page draws it, and what cannot be smuggled in with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

DRAW = """async (text) => {
  const { rich } = await import("/static/rich.js");
  const people = { member: (id) => ({ 1: { display_name: "Ada" }, 2: { display_name: "Bo" } })[id],
                   channel: (id) => ({ 5: { name: "poems" } })[id] };
  const box = document.createElement("div");
  box.append(...rich(text, people, { pinged: ["1"] }));
  for (const node of box.querySelectorAll(".paragraph")) node.replaceWith(...node.childNodes);
  return box.innerHTML;
}"""

PILL = '<span class="mention{}">{}</span>'
OWN = '<img class="own-emoji" src="/cdn/emojis/{}" alt=":leaf:" title=":leaf:">'

CASES = {
    "plain < & >": "plain &lt; &amp; &gt;",
    "**bold** *slant* _slant_ __under__ ~~gone~~":
        "<strong>bold</strong> <em>slant</em> <em>slant</em> <u>under</u> <s>gone</s>",
    "***both***": "<strong><em>both</em></strong>",
    "**bold *inside* it**": "<strong>bold <em>inside</em> it</strong>",
    "2 * 3 * 4 and snake_case_name": "2 * 3 * 4 and snake_case_name",
    r"\*not\* \_not\_ \\ \~~no\~~ \# no": r"*not* _not_ \ ~~no~~ # no",
    r"a\b stays": r"a\b stays",
    "**open": "**open",
    "`co*d*e` ``a ` b``": "<code>co*d*e</code> <code>a ` b</code>",
    r"**a \** b**": "<strong>a ** b</strong>",
    "# One\n## Two\n### Three\n#### no": (
        '<div class="heading level-1" role="heading" aria-level="3">One</div>'
        '<div class="heading level-2" role="heading" aria-level="4">Two</div>'
        '<div class="heading level-3" role="heading" aria-level="5">Three</div>#### no'
    ),
    "-# small *print*": '<div class="subtext">small <em>print</em></div>',
    r"\-# text" + "\n" + r"\- text" + "\n" + r"1\. text": "-# text\n- text\n1. text",
    "> one\n> two\nthree": "<blockquote>one\ntwo</blockquote>three",
    "before\n>>> all\nof it": "before<blockquote>all\nof it</blockquote>",
    ">no": "&gt;no",
    "- a\n- b\n  - c\n1. d": '<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start="1"><li>d</li></ol>',
    "7. a\n8. b": '<ol start="7"><li>a</li><li>b</li></ol>',
    "```py\nx *= 2\n```after": '<pre tabindex="0" aria-label="py code"><code>x *= 2</code></pre>after',
    "a ```b``` c": 'a <pre tabindex="0" aria-label="code"><code>b</code></pre> c',
    "``` ```": "``` ```",
    "one\n\n\ntwo": "one\n\n\ntwo",
    "<@1> <@!2> <@9>": (
        f"{PILL.format(' lit', '@Ada')} {PILL.format('', '@Bo')} {PILL.format('', '@unknown-member')}"
    ),
    "<#5> </poem:77>": f"{PILL.format('', '#poems')} {PILL.format('', '/poem')}",
    "a <:leaf:8>, <a:leaf:9>": f"a {OWN.format('8.png')}, {OWN.format('9.gif')}",
    "@everyone @here": "@everyone @here",
    "`<@1>` \\<@1>": "<code>&lt;@1&gt;</code> &lt;@1&gt;",
    "<t:99999999999999999:R>": "&lt;t:99999999999999999:R&gt;",
    "see https://example.org/a_b_c?d=1. Yes": (
        'see <a href="https://example.org/a_b_c?d=1" target="_blank" rel="noopener noreferrer">'
        "https://example.org/a_b_c?d=1</a>. Yes"
    ),
    "[a *b*](https://example.org)": (
        '<a href="https://example.org" target="_blank" rel="noopener noreferrer">a <em>b</em></a>'
    ),
    "[x](javascript:alert(1)) <javascript:x>": "[x](javascript:alert(1)) &lt;javascript:x&gt;",
    '<img src=x onerror="boom()"><script>boom()</script>':
        '&lt;img src=x onerror="boom()"&gt;&lt;script&gt;boom()&lt;/script&gt;',
}  # fmt: skip


async def test_each_piece_of_markdown_is_drawn_as_discord_draws_it(visit: Callable[..., Any]) -> None:
    page = await visit()
    drawn = {text: await page.evaluate(DRAW, text) for text in CASES}
    assert drawn == CASES


async def test_a_spoiler_is_unreadable_until_it_is_pressed(visit: Callable[..., Any], garden: Any) -> None:
    await garden.say("bo", "the end: ||they meet|| and that is it", "poems")
    page = await visit()
    spoiler = page.get_by_role("button", name="Spoiler: show")
    assert not await page.get_by_text("they meet").is_visible()
    await spoiler.press("Enter")
    assert await page.get_by_text("they meet").is_visible()
    assert await spoiler.count() == 0


async def test_relative_times_speak_the_readers_language(visit: Callable[..., Any]) -> None:
    page = await visit()
    told = await page.evaluate("""async () => {
      const { ago, written } = await import("/static/times.js");
      const now = new Date("2026-11-25T12:00:00Z");
      return [ago(new Date("2026-11-25T12:03:10Z"), now), ago(new Date("2026-11-23T11:00:00Z"), now),
              written(new Date("2026-11-25T12:00:00Z"), "D")];
    }""")
    assert told == ["in 3 minutes", "2 days ago", "25 November 2026"]


HOSTILE = (
    "*" * 4000,
    "||" * 2000,
    "[" * 4000,
    "`" * 3999,
    "> " * 2000,
    "_a" * 2000,
    "**a" * 1300,
    "`a``" * 1000,
)


async def test_hostile_texts_are_drawn_in_a_moment(visit: Callable[..., Any]) -> None:
    page = await visit()
    took_ms = await page.evaluate(
        """async (texts) => {
          const { parse } = await import("/static/markdown.js");
          return texts.map((text) => {
            const began = performance.now();
            parse(text);
            return performance.now() - began;
          });
        }""",
        HOSTILE,
    )
    assert max(took_ms) < 1500, took_ms
