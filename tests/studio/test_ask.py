"""Asking: durable before anybody is told, once for each interaction, within caps."""

from __future__ import annotations

import asyncio
import codecs
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.wire.jobs import Brief, Job, PictureBrief, Spot
from studio import ask, deliver, guilds
from studio.ask import Limits
from studio.errors import Refusal
from tests.studio.made import ADA, BOB, BRIEF, NOW, a_job, a_picture_brief, a_request, make

if TYPE_CHECKING:
    from studio.store import Store

SLUR = codecs.decode("xvxr", "rot13")


async def test_a_job_is_committed_as_it_was_asked(store: Store) -> None:
    asked = await ask.ask(store, a_request("42", parent="41"), Limits())
    assert asked.fresh
    assert await deliver.asked(store, "42") == asked.record
    record = asked.record
    assert (record.kind, record.seed, record.parent, record.asked_at) == ("verse", 7, "41", NOW)
    assert record.outcome is None


async def test_an_interaction_that_is_repeated_finds_its_job(store: Store) -> None:
    first = await ask.ask(store, a_request(), Limits())
    again = await ask.ask(store, a_request(asked_at=NOW + 5, interaction_token="other"), Limits())
    assert not again.fresh
    assert again.record == first.record


async def test_the_same_job_asked_twice_at_once_is_made_once(store: Store) -> None:
    asked = await asyncio.gather(*(ask.ask(store, a_request(), Limits()) for _ in range(20)))
    assert sum(each.fresh for each in asked) == 1
    assert len(await deliver.unsettled(store)) == 1


async def test_a_member_who_has_too_many_is_refused_and_others_are_not(store: Store) -> None:
    limits = Limits(per_member=2)
    for n in range(2):
        await ask.ask(store, a_request(str(n), guild_id=n), limits)
    with pytest.raises(Refusal, match="2 pieces under way"):
        await ask.ask(store, a_request("2"), limits)
    assert (await ask.ask(store, a_request("3", member_id=BOB), limits)).fresh
    assert not (await ask.ask(store, a_request("0", guild_id=0), limits)).fresh  # repeated, not refused


async def test_a_server_that_has_too_many_is_refused_until_one_ends(store: Store) -> None:
    limits = Limits(per_guild=3)
    asked = await asyncio.gather(
        *(ask.ask(store, a_request(str(n), member_id=n), limits) for n in range(10)), return_exceptions=True
    )
    refused = [each for each in asked if isinstance(each, Refusal)]
    assert len(refused) == 7
    assert "in this server" in str(refused[0])
    first, *_ = await deliver.unsettled(store)
    await make(store, first)
    assert (await ask.ask(store, a_request("11"), limits)).fresh


async def test_a_job_that_was_given_up_without_an_ending_takes_nobodys_place(store: Store) -> None:
    limits = Limits(per_member=1, per_guild=1)
    await a_job(store)
    await deliver.settled(store, "1", NOW)  # all that giving up wrote, until it wrote the ending too
    record = await deliver.asked(store, "1")
    assert record is not None
    assert record.outcome is None
    assert (await ask.ask(store, a_request("2"), limits)).fresh
    with pytest.raises(Refusal, match="1 pieces under way"):
        await ask.ask(store, a_request("3"), limits)


@pytest.mark.parametrize(
    "brief",
    [
        Brief("haiku", ""), Brief("haiku", "\u200b\u202e"), Brief("haiku", "x" * 10_000), Brief("haiku", "rain", "y" * 999),
        Brief("epic", "rain"), Brief("haiku", "rain", length="endless"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
async def test_a_brief_that_breaks_a_rule_is_refused_in_one_sentence(store: Store, brief: Brief) -> None:
    with pytest.raises(Refusal) as caught:
        await ask.ask(store, a_request(brief=brief), Limits())
    assert str(caught.value).endswith((".", "?"))
    assert "\n" not in str(caught.value)
    assert await deliver.unsettled(store) == []


@pytest.mark.parametrize("seed", [-1, 2**31])
async def test_a_seed_out_of_range_is_refused(store: Store, seed: int) -> None:
    with pytest.raises(Refusal, match="seed"):
        await ask.ask(store, a_request(seed=seed), Limits())


@pytest.mark.parametrize(
    "brief",
    [
        a_picture_brief(count=5),
        a_picture_brief(spots=(Spot(" "),)),
        a_picture_brief(spots=(Spot("x" * 201),)),
    ],
)
async def test_a_picture_brief_that_breaks_a_rule_is_refused_in_one_sentence(
    store: Store, brief: PictureBrief
) -> None:
    with pytest.raises(Refusal) as caught:
        await ask.ask(store, a_request(brief=brief), Limits())
    assert "\n" not in str(caught.value)
    assert await deliver.unsettled(store) == []


async def test_no_seed_means_one_that_follows_from_the_job(store: Store) -> None:
    one = await a_job(store, "1", seed=None)
    two = await a_job(store, "2", seed=None)
    assert one.seed == ask.seed_of("1") != two.seed
    assert 0 <= one.seed < 2**31


async def test_an_acknowledged_job_knows_its_message(store: Store) -> None:
    await a_job(store)
    await ask.acknowledged(store, "1", 500, NOW + 0.1)
    record = await deliver.asked(store, "1")
    assert record is not None
    assert (record.message_id, record.acknowledged_at) == (500, NOW + 0.1)
    assert await deliver.posted_parts(store, "1") == {0: 500}


async def test_a_job_that_was_never_acknowledged_is_no_job(store: Store) -> None:
    await a_job(store)
    await ask.not_acknowledged(store, "1")
    await ask.acknowledged(store, "1", 500, NOW)  # a late answer changes nothing
    assert await deliver.asked(store, "1") is None
    assert (await ask.ask(store, a_request(), Limits())).fresh


async def test_the_wire_learns_the_terms_of_the_server_as_they_were_when_asked(store: Store) -> None:
    await guilds.set_weight(store, 1, 2.5)
    record = await a_job(store)
    await guilds.set_weight(store, 1, 1.0)
    job = ask.wire_job(record)
    assert job.terms.weight == 2.5
    assert (job.tenant, job.member, job.asked_at, job.seed) == ("1", str(ADA), NOW, 7)
    assert Job.from_json(job.to_json()) == job
    kept = await deliver.asked(store, "1")
    assert kept is not None
    assert ask.wire_job(kept) == job  # resubmitted as it was


async def test_a_theme_is_kept_letter_for_letter(store: Store) -> None:
    theme = "@everyone '; DROP TABLE jobs; -- <|im_start|> \\u0000 «秋の夕暮れ» 🍁"
    record = await a_job(store, brief=replace(BRIEF, theme=theme))
    kept = await deliver.asked(store, "1")
    assert kept is not None
    assert kept.brief.theme == record.brief.theme == theme


async def test_a_record_shows_neither_its_token_nor_its_theme(store: Store) -> None:
    shown = repr(await a_job(store))
    assert "a-secret" not in shown
    assert BRIEF.theme not in shown


@pytest.mark.parametrize(
    "brief",
    [Brief("haiku", "rain", tone=SLUR), a_picture_brief(spots=(Spot(f"a {SLUR}", "flat", 7),))],
    ids=["a text", "a picture"],
)
async def test_a_word_that_is_not_shown_is_refused_before_anything_is_written(
    store: Store, brief: Brief | PictureBrief
) -> None:
    with pytest.raises(Refusal, match="other words") as caught:
        await ask.ask(store, a_request("1", brief=brief), Limits())
    assert SLUR not in str(caught.value)
    assert await deliver.asked(store, "1") is None
