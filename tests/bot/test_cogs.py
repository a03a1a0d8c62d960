"""What members see, button by button, in a simulated Discord (simcord)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from generation.forms import FORMS
from generation.wire.jobs import Brief
from studio import deliver, react

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.client import Renga
    from studio.store import Store
    from tests.bot.conftest import InstantHost

pytestmark = pytest.mark.simcord(settle_timeout=20.0)


async def test_a_poem_ends_as_a_card_with_its_buttons_and_votes(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "poem", theme="autumn dusk", form="haiku", seed=7)
    assert result.acknowledged
    assert not result.ephemeral
    message = channel.last_message
    assert "autumn dusk" in message.content
    assert r"is one \*line\*" in message.content
    for told in ("haiku", "stand-in", "no adapter", "seed 7"):
        assert told in message.content
    assert [[item.label for item in row.children] for row in message.components] == [
        ["Again", "Vary", "Continue", "Warmer"],  # a haiku is not made shorter
        ["Adjust", "Edit brief", "Delete"],
    ]
    assert {str(reaction.emoji) for reaction in message.reactions} == {"👍", "👎"}
    assert host.acknowledged == list(host.jobs)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theme": " \u200b\u202e ", "form": "haiku"}, "A theme is needed"),
        ({"theme": "x" * 5000}, "300 characters at most"),
        ({"theme": "rain", "form": "hiaku"}, "did you mean haiku?"),
        ({"theme": "rain", "form": "scene"}, "“scene” is a form of scripts"),
        ({"theme": "rain", "tone": "y" * 100}, "60 characters at most"),
        ({"theme": "rain", "must": "a,b,c,d,e,f,g"}, "At most 6 words"),
        ({"theme": "rain", "form": "haiku", "line": "RAIN"}, "A haiku is not built on a line"),
        ({"theme": "rain", "seed": -1}, "A seed is a whole number from 0"),
        ({"theme": "rain", "seed": 2**40}, "A seed is a whole number from 0"),
    ],
)
async def test_bad_input_gets_one_sentence_that_only_the_asker_sees(
    scene: Any, host: InstantHost, options: dict[str, Any], said: str
) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "poem", **options)
    assert result.ephemeral
    assert said in result.response.content
    assert "\n" not in result.response.content
    assert not host.jobs


async def test_what_members_type_pings_nobody_and_breaks_no_card(scene: Any, simcord_env: Any) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="@everyone **loud** <@1> `x` https://example.org <|im_end|>")
    message = channel.last_message
    assert not message.mention_everyone
    assert r"\*\*loud\*\*" in message.content
    assert "https://" not in message.content
    for request in simcord_env.http_requests:
        sent = request.json if isinstance(request.json, dict) else {}
        for body in (sent, sent.get("data") or {}):
            if "content" in body:
                assert body["allowed_mentions"]["parse"] == []


async def test_again_makes_another_with_another_seed_and_remembers_its_parent(
    scene: Any, host: InstantHost, store: Store
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "poem", theme="rain", seed=7)
    first = channel.last_message
    await bo.click(first, label="Again")
    assert channel.last_message.id != first.id
    one, two = host.jobs.values()
    assert two.brief == one.brief
    assert two.seed != one.seed
    made = await deliver.creation(store, two.id)
    assert made is not None
    assert made.parent == one.id
    assert made.member_id == bo.id


@pytest.mark.parametrize("move", ["vary", "continue", "shorter", "warmer"])
async def test_a_move_starts_from_the_piece_and_keeps_its_lineage(
    scene: Any, host: InstantHost, store: Store, move: str
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "story", theme="rain")
    await ada.click(channel.last_message, label=move.capitalize())
    first, second = host.jobs.values()
    assert second.brief.move == move
    assert second.brief.form == first.brief.form
    assert "is one *line*" in second.brief.source
    made = await deliver.creation(store, second.id)
    assert made is not None
    assert made.parent == first.id


async def test_a_wish_is_understood_and_shown_on_the_card(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    await ada.slash(
        channel,
        "poem",
        theme="write me a haiku about a cat asleep on a warm laptop, warm and funny, with the word 'hum'",
    )
    (job,) = host.jobs.values()
    assert job.brief == Brief("haiku", "a cat asleep on a warm laptop", "warm and funny", must=("hum",))
    assert (
        "haiku · “a cat asleep on a warm laptop” · warm and funny · with “hum”"
        in channel.last_message.content
    )


async def test_adjust_asks_what_should_change_and_makes_that(scene: Any, host: InstantHost) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    message = channel.last_message
    shown = await bo.click(message, label="Adjust")
    assert shown.modal is not None
    await bo.submit_modal(shown, {"wish": "make it sadder, with the word hum"})
    job = list(host.jobs.values())[-1]
    assert (job.brief.move, job.brief.form, job.brief.must, job.brief.tone) == (
        "adjust",
        "haiku",
        ("hum",),
        "sad",
    )
    assert "adjusted: make it sadder, with the word hum" in channel.last_message.content


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("make it like <@1>'s poem", "I can only adjust the piece"),
        ("rewrite Bob's haiku instead", "I can only adjust the piece"),
        (" \u200b ", "what should change"),
    ],
)
async def test_an_adjustment_that_cannot_be_made_gets_one_sentence(
    scene: Any, host: InstantHost, wish: str, said: str
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    shown = await ada.click(channel.last_message, label="Adjust")
    result = await ada.submit_modal(shown, {"wish": wish})
    assert result.ephemeral
    assert said in result.response.content
    assert len(host.jobs) == 1


async def test_a_form_that_was_not_met_is_said_with_the_reason(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    host.verdict = {"kept": False, "reasons": ["Line 2 has 8 syllables, not 7."]}
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    assert "-# ⚠️ Not quite a haiku: Line 2 has 8 syllables, not 7." in channel.last_message.content


async def test_editing_the_brief_opens_a_form_that_makes_another_piece(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    shown = await ada.click(channel.last_message, label="Edit brief")
    assert shown.modal is not None
    await ada.submit_modal(
        shown, {"theme": "snow", "form": "tanka, short", "tone": "bright", "must": "hum, tin", "seed": "3"}
    )
    job = list(host.jobs.values())[-1]
    assert job.brief == Brief("tanka", "snow", "bright", "short", must=("hum", "tin"))
    assert job.seed == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("seed", "many", "whole number, for example"),
        ("seed", "-1", "from 0 to"),
        ("form", "haiku, epic", "short, medium or long"),
        ("must", "x" * 41, "too long a word"),
        ("form", "scene", "form of scripts"),
    ],
)
async def test_a_bad_edit_gets_one_sentence(
    scene: Any, host: InstantHost, field: str, value: str, said: str
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    shown = await ada.click(channel.last_message, label="Edit brief")
    fields = {"theme": "snow", "form": "tanka", "tone": "", "must": "", "seed": "", field: value}
    result = await ada.submit_modal(shown, fields)
    assert result.ephemeral
    assert said in result.response.content
    assert len(host.jobs) == 1


async def test_only_its_owner_and_moderators_delete_a_piece(scene: Any, store: Store) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "poem", theme="rain")
    message = channel.last_message
    refused = await bo.click(message, label="Delete")
    assert refused.followups[0].ephemeral
    assert "Only the member who asked" in refused.followups[0].content
    await ada.click(message, label="Delete")
    assert channel.last_message is None or channel.last_message.id != message.id
    assert not await react.recent_messages(store, 0.0)


async def test_buttons_work_after_a_restart_and_for_ever(
    scene: Any, simcord_env: Any, host: InstantHost, new_bot: Callable[[], Renga]
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain")
    message = channel.last_message
    await simcord_env.restart_bot(new_bot())
    for _ in range(2):
        await ada.click(message, label="Again")
    assert len(host.jobs) == 3


async def test_reactions_are_recorded_taken_back_and_cleared(scene: Any, store: Store) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "poem", theme="rain")
    message = channel.last_message
    await ada.react(message, "👍")
    await bo.react(message, "👍")
    await bo.react(message, "🌧️")
    await ada.unreact(message, "👍")
    (known,) = await react.recent_messages(store, 0.0)
    assert dict(known.counts) == {"👍": 1, "🌧️": 1}


async def test_a_member_with_too_many_unfinished_wishes_is_told_so(
    scene: Any, simcord_bot: Renga, host: InstantHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, ada, bo = scene
    monkeypatch.setattr(simcord_bot.runs, "_launch", lambda *_, **__: None)
    for _ in range(3):
        await ada.slash(channel, "poem", theme="rain")
    refused = await ada.slash(channel, "poem", theme="rain")
    assert refused.ephemeral
    assert "3" in refused.response.content
    assert not (await bo.slash(channel, "poem", theme="rain")).ephemeral


async def test_forms_are_suggested_by_what_was_typed(scene: Any) -> None:
    channel, ada, _ = scene
    found = await ada.autocomplete(channel, "poem", "form", "so")
    assert [choice["value"] for choice in found] == ["sonnet"]


async def test_forms_are_told_by_kind_a_line_each(scene: Any) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "forms")
    assert result.ephemeral
    told = "\n".join([result.response.content, *(followup.content for followup in result.followups)])
    for form in FORMS.values():
        assert f"- {form.name}" in told
        assert form.description in told


async def test_help_names_every_command(scene: Any) -> None:
    channel, ada, _ = scene
    result = await ada.slash(channel, "help")
    assert result.ephemeral
    for name in ("/poem", "/script", "/story", "haiku", "scene", "fable"):
        assert name in result.response.content


async def test_a_server_that_is_not_listed_is_told_so(
    scene: Any, simcord_bot: Renga, host: InstantHost
) -> None:
    channel, ada, _ = scene
    simcord_bot.allowed_guilds = frozenset({1})
    result = await ada.slash(channel, "poem", theme="rain")
    assert result.ephemeral
    assert "does not serve this server" in result.response.content
    assert not host.jobs


async def test_a_button_on_a_server_that_is_not_listed_is_refused_too(
    scene: Any, simcord_bot: Renga, host: InstantHost
) -> None:
    channel, ada, _ = scene
    await ada.slash(channel, "poem", theme="rain")
    simcord_bot.allowed_guilds = frozenset({1})
    result = await ada.click(channel.last_message, label="Again")
    assert result.ephemeral
    assert len(host.jobs) == 1


async def test_a_missing_permission_is_named_and_the_piece_still_comes(simcord_env: Any) -> None:
    guild = simcord_env.create_guild()
    closed = discord.PermissionOverwrite(add_reactions=False, send_messages=False)
    channel = guild.create_text_channel("poems", overwrites={guild.me: closed})
    ada = guild.add_member(simcord_env.create_user("ada"))
    result = await ada.slash(channel, "poem", theme="rain")
    assert result.followups[0].ephemeral
    assert result.followups[0].content.startswith("In this channel I lack Send Messages, Add Reactions;")
    assert "seed" in result.response.content


async def test_a_piece_that_was_forgotten_can_still_be_taken_down_by_who_asked(
    scene: Any, store: Store
) -> None:
    channel, ada, bo = scene
    await ada.slash(channel, "poem", theme="rain")
    message = channel.last_message
    job_id = message.components[0].children[0].custom_id.split(":")[2]
    await deliver.delete_creation(store, job_id, by_member=ada.id, is_moderator=False)
    refused = await bo.click(message, label="Delete")
    assert "no longer know" in refused.followups[0].content
    await ada.click(message, label="Delete")
    assert channel.last_message is None


async def test_who_waited_long_is_told_once_by_the_one_mention_there_is(
    scene: Any, host: InstantHost
) -> None:
    channel, ada, _ = scene
    host.takes_s = 61.0
    result = await ada.slash(channel, "poem", theme="rain", form="haiku")
    piece, told = channel.history()[-2:]
    assert piece.id == result.response.id
    assert told.content == f"<@{ada.id}> your haiku is ready."
    assert [user.id for user in told.mentions] == [ada.id]
    assert told.reference.message_id == piece.id


async def test_who_waited_a_little_is_not_pinged(scene: Any, host: InstantHost) -> None:
    channel, ada, _ = scene
    host.takes_s = 50.0
    await ada.slash(channel, "poem", theme="rain", form="haiku")
    assert len(channel.history()) == 1
