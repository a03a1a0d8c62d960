"""What may win and what has to lose, whatever a taste says."""

from __future__ import annotations

from dataclasses import replace

from finetune.pairs import HELD_OUT, HOLDING, of_members, of_samples, spoilt_low
from finetune.samples import Sample
from finetune.snapshot import Evidence, Pair, Snapshot

GOOD = "The gate is open.\nA hen walks out\ninto the light {n}.\nNobody calls."
CIRCLES = "the sea, the sea\nthe sea, the sea\nthe sea, the sea"
PROSE = "It was a long day and nobody in the house knew what to say about the weather or the harvest or each other {n}."


def theme(name: str, *texts: str) -> list[Sample]:
    return [Sample("free verse", name, n, text, None) for n, text in enumerate(texts)]


def good(count: int) -> list[str]:
    return [GOOD.format(n=chr(97 + n) * 3) for n in range(count)]


def test_the_best_two_of_a_theme_stand_against_the_worst_two() -> None:
    samples = theme("a gate", *good(6))
    pairs = of_samples(samples, [1.0, 6.0, 3.0, 5.0, 2.0, 4.0])
    assert [(pair.chosen, pair.rejected, pair.margin) for pair in pairs] == [
        (samples[1].text, samples[0].text, 5.0), (samples[3].text, samples[4].text, 3.0),
    ]  # fmt: skip


def test_what_breaks_its_form_or_goes_in_circles_never_wins_however_it_is_liked() -> None:
    samples = theme("a gate", CIRCLES, PROSE.format(n=1), *good(3))
    pairs = of_samples(samples, [9.0, 8.0, 3.0, 2.0, 1.0])
    assert {pair.chosen for pair in pairs} <= {sample.text for sample in samples[2:]}


def test_what_is_not_to_be_shown_never_wins_and_is_what_is_learnt_to_be_left() -> None:
    cruel = "The gate is open.\nGo and kill yourself\nin the light.\nNobody calls."
    samples = theme("a gate", cruel, *good(4))
    scores = [9.0, 4.0, 3.0, 2.0, 1.0]
    pairs = of_samples(samples, scores, weight=0.25)
    assert cruel not in {pair.chosen for pair in pairs}
    assert [(pair.chosen, pair.weight) for pair in pairs if pair.rejected == cruel] == [
        (samples[1].text, 1.0)
    ]
    assert spoilt_low(samples, scores) == [2.0, *scores[1:]]


def test_a_pair_on_top_holds_the_form_against_what_the_taste_likes_most_of_what_leaves_it() -> None:
    two_lines = "The gate is open.\nA hen walks out."
    samples = theme("a gate", two_lines, CIRCLES, *good(4))
    pairs = of_samples(samples, [9.0, 8.0, 4.0, 3.0, 2.0, 1.0])
    assert [(pair.chosen, pair.rejected) for pair in pairs] == [
        (samples[2].text, samples[5].text), (samples[3].text, samples[4].text), (samples[2].text, samples[0].text),
    ]  # fmt: skip
    assert [pair.margin for pair in pairs] == [3.0, 1.0, -5.0]


def test_pairs_that_hold_the_form_take_no_place_of_the_tastes_and_come_where_it_pulls_hardest() -> None:
    samples, scores = [], []
    for n in range(20):
        samples += theme(f"theme {n}", CIRCLES, *good(2))
        scores += [float(n), 1.0, 0.0]
    pairs = [pair for pair in of_samples(samples, scores, most=12) if not pair.held_out]
    assert [pair.margin for pair in pairs[:12]] == [1.0] * 12
    pulls = [-pair.margin for pair in pairs[12:]]
    assert len(pulls) == round(12 * HOLDING)
    assert pulls == sorted(pulls, reverse=True)
    assert pulls[-1] >= 13  # of 18 themes that are not held out


def test_what_circles_never_stands_against_anything_for_the_taste() -> None:
    pairs = of_samples(theme("a gate", CIRCLES, *good(4)), [-9.0, 4.0, 3.0, 2.0, 1.0])
    assert [pair.rejected for pair in pairs[:2]] == [good(4)[3], good(4)[2]]
    assert pairs[2].rejected == CIRCLES


def test_what_is_spoilt_is_worth_no_more_than_its_themes_lower_quarter() -> None:
    samples = theme("a gate", CIRCLES, PROSE.format(n=1), *good(7)) + theme("a hen", CIRCLES, *good(2))
    scores = [9.0, 0.5, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 5.0, 6.0]
    assert spoilt_low(samples, scores) == [3.0, 0.5, *scores[2:]]
    assert scores[0] == 9.0
    pairs = of_samples(samples, scores, weight=0.25)
    assert {pair.weight for pair in pairs if pair.rejected != CIRCLES} == {0.25}
    assert {pair.weight for pair in pairs if pair.rejected == CIRCLES} == {1.0}  # it holds the form


def test_pieces_that_the_taste_finds_alike_are_no_pair() -> None:
    assert of_samples(theme("a gate", *good(4)), [1.0] * 4) == []


def test_the_pairs_furthest_apart_are_kept_and_a_tenth_of_the_themes_is_held_out() -> None:
    samples = [sample for n in range(20) for sample in theme(f"theme {n}", *good(2))]
    scores = [float(n // 2 * (n % 2)) for n in range(40)]
    pairs = of_samples(samples, scores, most=5)
    held = [pair for pair in pairs if pair.held_out]
    learnt = [pair for pair in pairs if not pair.held_out]
    assert len(learnt) == 5
    assert len(held) == round(19 * HELD_OUT)  # of theme 0 both are alike
    assert min(pair.margin for pair in learnt) >= 13
    assert not {pair.group for pair in held} & {pair.group for pair in learnt}


def test_what_broke_off_is_known_to_have() -> None:
    one, other = theme("a gate", *good(2))
    (pair,) = of_samples([one, replace(other, whole=False)], [2.0, 1.0])
    assert pair.whole == (True, False)


def test_members_own_pairs_count_once_there_are_enough_of_them() -> None:
    def snapshot(pairs: int, voters: int) -> Snapshot:
        made = tuple(
            Pair("haiku", None, f"{n % 40:016x}", f"a light on the sill {n}", f"nothing {n}", "a" * 32, "b" * 32, "train")
            for n in range(pairs)
        )  # fmt: skip
        return Snapshot("verse", "0" * 64, 0.0, Evidence(30, 30, voters, 90.0, pairs), (), made, "0" * 64)

    assert of_members(snapshot(299, 12)) == of_members(snapshot(300, 9)) == []
    found = of_members(snapshot(300, 10))
    assert len(found) == 300
    assert found[0].theme == "anything at all"
    assert 0 < sum(pair.held_out for pair in found) < 60
