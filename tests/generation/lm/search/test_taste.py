"""What a piece leans to, with the real model and the real MiniLM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.gan.text_encoder import Sentences
from generation.lm.search.taste import Tasting
from generation.lm.search.trie import trie_of
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    from generation.lm.load import LoadedModel


@pytest.fixture(scope="module")
def tasting(model: LoadedModel) -> Tasting:
    return Tasting(trie_of(model.chat), model.network.get_input_embeddings().weight, Sentences.load())


@pytest.mark.slow
def test_words_of_the_theme_that_the_lexicon_lacks_are_welcome_if_their_syllables_are_certain(
    tasting: Tasting,
) -> None:
    found = tasting.of(
        Brief("limerick", "the Donut that a bot from Peru ate by wifi, with semicolons, zzyx and a fire")
    )
    assert found.welcome == ("Donut", "bot", "Peru", "wifi")


@pytest.mark.slow
def test_what_is_about_the_theme_is_nearer_to_it(tasting: Tasting) -> None:
    taste = tasting.of(Brief("haiku", "a vampire at the dentist"))
    near, far = taste.nearness(["the dentist took hold of his fangs", "snow falls on the quiet lake"])
    assert near > far + 0.2
    assert tasting.of(Brief("haiku", "")).nearness(["anything", "else"]) == [0.0, 0.0]
