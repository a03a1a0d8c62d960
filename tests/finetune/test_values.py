"""What tokens are worth, out of the scores of whole pieces, and what is learnt of it."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import pytest
import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from finetune.lessons import Lesson, bundles
from finetune.network import TrainedNetwork
from finetune.packs import Tokens
from finetune.products import Head, divergences
from finetune.teaching import references
from finetune.tilt import States, Tilt, strength, tilted
from finetune.values import SEEN, SHOWN, Values, damped, load, shown, token_values
from finetune.values import save as put
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

LIKED, DISLIKED = (3, 4), 5


def pieces(count: int = 240) -> tuple[list[list[int]], list[str]]:
    """Pieces of twenty tokens about twelve themes; a theme's own token, 30 and up, comes in all of its pieces."""
    chance = random.Random(1)
    answers = [[chance.randrange(30) for _ in range(19)] + [30 + n % 12] for n in range(count)]
    return answers, [f"theme {n % 12}" for n in range(count)]


def planted(answers: list[list[int]], themes: list[str]) -> list[float]:
    """Scores that two tokens raise and one lowers, and a theme more than all of them."""
    return [
        sum(token in LIKED for token in answer) - answer.count(DISLIKED) + 5.0 * int(theme.split()[1])
        for answer, theme in zip(answers, themes, strict=True)
    ]


def table() -> torch.Tensor:
    return torch.randn(60, 48, generator=torch.Generator().manual_seed(0))


def test_the_tokens_that_made_the_difference_are_found_and_themes_are_not_taken_for_it() -> None:
    answers, themes = pieces()
    values = token_values(table(), answers, themes, planted(answers, themes))
    assert values is not None
    assert values.told > 0.8
    assert set(values.best[:2]) == set(LIKED)
    apart = token_values(torch.eye(60), answers, themes, planted(answers, themes))
    assert apart is not None
    order = apart.of.argsort(descending=True).tolist()
    assert set(order[:2]) == set(LIKED)
    assert order[-1] == DISLIKED
    assert apart.of[list(LIKED)].min() > 3 * apart.of[30:42].abs().max()  # a theme's own token is no merit
    counts = torch.bincount(torch.tensor([token for answer in answers for token in answer]), minlength=60)
    share = counts / counts.sum()
    assert float((values.of * share).sum()) == pytest.approx(0.0, abs=1e-4)
    assert values.of[60 - 12 :].abs().max() <= values.of[:42].abs().max()  # those that never came
    ended = token_values(table(), answers, themes, planted(answers, themes), [57, 59])
    assert ended is not None
    assert ended.of[[57, 59]].tolist() == [0.0, 0.0] != values.of[[57, 59]].tolist()


def test_a_word_is_worth_less_the_more_often_it_comes_and_marks_are_worth_what_they_are() -> None:
    values, often = torch.tensor([2.0, 2.0, 0.2, -1.0]), torch.tensor([0.0, 0.001, 0.03, 0.03])
    torch.testing.assert_close(damped(values, often), torch.tensor([2.0, 2.0 - 0.6 * math.log(2), 0.0, -1.0]))
    answers, themes = pieces()
    scores = planted(answers, themes)
    marks = token_values(table(), answers, themes, scores)
    words = token_values(
        table(), answers, themes, scores, word_of=lambda token: "" if token % 2 else f"{token // 20}"
    )
    assert marks is not None
    assert words is not None
    assert words.told == marks.told
    counts = torch.bincount(torch.tensor([t for answer in answers for t in answer]), minlength=len(marks.of))
    wanted = marks.of.clone()
    for token in range(0, len(wanted), 2):  # ten tokens are one word
        first = token // 20 * 20
        spelt = counts[first : first + 20 : 2].sum() / counts.sum()
        wanted[token] = damped(marks.of[token], spelt)
    wanted = wanted.clamp_max(
        float(wanted[counts >= SEEN].max())
    )  # what never came is worth no more than what did
    torch.testing.assert_close(words.of, wanted, rtol=0, atol=1e-6)
    assert bool((words.of[::2] < marks.of[::2]).any())
    assert [words.of[token] for token in words.best] == sorted(
        (words.of[token] for token in words.best), reverse=True
    )


def test_a_moderator_is_shown_words_and_no_bits_of_them() -> None:
    said = {
        1: " night",
        2: "ly",
        3: " Night",
        4: "\n",
        5: " a",
        6: " moon",
        7: "月",
        8: " 3rd",
        9: "",
        10: ".",
    }
    assert shown(list(said), lambda ids: said[ids[0]]) == ("night", "ends of lines", "moon", "月", ".")
    assert len(shown(range(40), lambda ids: f" {chr(97 + ids[0] % 26)}x")) == SHOWN
    answers, themes = pieces()
    values = token_values(table(), answers, themes, planted(answers, themes))
    assert values is not None
    assert values.best[0] == max(values.best, key=lambda token: float(values.of[token]))
    assert values.worst[0] == min(values.worst, key=lambda token: float(values.of[token]))


def test_where_tokens_foretell_nothing_there_are_no_values() -> None:
    answers, themes = pieces()
    chance = random.Random(2)
    assert token_values(table(), answers, themes, [chance.random() for _ in answers]) is None
    assert token_values(table(), answers, themes, [1.0] * len(answers)) is None  # all alike
    assert token_values(table(), answers, ["one"] * len(answers), planted(answers, themes)) is None
    orders = [float(answer[0] < answer[1]) for answer in answers]  # of what comes first, not of what comes
    assert token_values(table(), answers, themes, orders) is None


def test_divergences_are_those_of_two_softmaxes_in_pieces_as_in_one() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(150, 8, generator=generator, requires_grad=True)
    before, head = torch.randn(150, 8, generator=generator), torch.randn(20, 8, generator=generator)
    values, weights = torch.randn(20, generator=generator), torch.rand(150, generator=generator)
    found = divergences(hidden, Head(head), before, values)
    (found * weights).sum().backward()
    ours, hidden.grad = hidden.grad, None
    teacher = torch.log_softmax(before @ head.T + values, 1)
    wanted = F.kl_div(torch.log_softmax(hidden @ head.T, 1), teacher, log_target=True, reduction="none").sum(
        1
    )
    (wanted * weights).sum().backward()
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ours, hidden.grad, rtol=1e-4, atol=1e-5)


def test_a_tilt_is_as_strong_as_takes_it_so_far() -> None:
    generator = torch.Generator().manual_seed(0)
    states, head = torch.randn(90, 8, generator=generator), torch.randn(20, 8, generator=generator)
    values = torch.randn(20, generator=generator)
    for far in (0.05, 0.2):
        pull = strength(states, Head(head), values, far)
        assert float(divergences(states, Head(head), states, pull * values).mean()) == pytest.approx(
            far, rel=0.01
        )


def lessons() -> list[Lesson]:
    prompt = tuple(range(40, 60))
    return [
        Lesson(n, tuple(Tokens("haiku", (*prompt, n), tuple(range(90, 95 + n + side))) for side in range(2)))
        for n in range(5)
    ]


def states_before(network: TrainedNetwork, some: list[Lesson], most: int) -> dict[int, torch.Tensor]:
    states = States((some,), most)
    references(network, some, 4000, states)
    return states.found


def test_a_tilt_in_parts_is_the_whole_and_learning_it_moves_the_model_there(tmp_path: Path) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=4, alpha=8)
    network.begin(1)
    some = lessons()
    values = (
        network.head.weight[:, 0] / network.head.weight[:, 0].std()
    )  # as a ridge's are, along the embeddings
    tilt = Tilt(network, states_before(network, some, 10_000), values)

    def total(room: int) -> torch.Tensor:
        tilt.begin(some)
        return sum(
            (tilt.part(bundle, network.read(bundle.pack)) for bundle in bundles(some, room)), torch.zeros(())
        )

    first = total(1)
    assert first.item() == pytest.approx(total(4000).item(), rel=1e-4) != 0.0
    optimizer = torch.optim.AdamW(network.parameters().values(), lr=0.02)
    for _ in range(30):
        total(4000).backward()
        optimizer.step()
        optimizer.zero_grad()
    assert total(4000).item() < first.item() / 2


def test_no_more_states_are_kept_than_there_is_room_for(tmp_path: Path) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=2, alpha=4)
    network.begin(1)
    some = lessons()
    before = states_before(network, some, (sum(lesson.learnt for lesson in some) + 1) // 2)
    assert sorted(before) == [0, 2, 4]  # from all over, not the first
    values = network.head.weight[:, 0] / network.head.weight[:, 0].std()
    tilt = Tilt(network, before, values)
    tilt.begin(some)
    parts = [tilt.part(bundle, network.read(bundle.pack)) for bundle in bundles(some, 1)]
    assert sum(part.requires_grad for part in parts) == 3
    whole = Tilt(network, states_before(network, some, 10_000), values)
    whole.begin(some)
    for bundle, part in zip(bundles(some, 1), parts, strict=True):  # each weighs what it would among all
        if part.requires_grad:
            assert part.item() == pytest.approx(
                whole.part(bundle, network.read(bundle.pack)).item(), rel=1e-4
            )


def test_a_tilt_lies_as_far_as_tokens_tell_and_is_the_same_from_what_was_kept(tmp_path: Path) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=2, alpha=4)
    network.begin(1)
    some = lessons()
    worth = network.head.weight[:, 0] / network.head.weight[:, 0].std()
    values = Values(worth, 0.5, (1, 2), (3,))
    put(values, tmp_path / "values")
    again = load(tmp_path / "values")
    assert torch.equal(again.of, worth)
    assert (again.told, again.best, again.worst) == (0.5, (1, 2), (3,))
    found = []
    for _ in range(2):  # the second time from the file
        if not (tmp_path / "states").exists():
            states = States((some[:3], some[3:]))
            references(network, some, 4000, states)
            states.save(tmp_path / "states")
        tilt = tilted(network, States.load(tmp_path / "states"), again, 0.2)
        tilt.begin(some)
        with torch.no_grad():
            parts = [tilt.part(bundle, network.read(bundle.pack)) for bundle in bundles(some, 4000)]
        found.append(sum(map(float, parts)))
    assert found[0] == found[1] == pytest.approx(0.1, rel=0.01)
