"""The lexicon and the sentence encoder as they are served, loaded once."""

from __future__ import annotations

import pytest

from generation.gan.lexicon import Lexicon
from generation.gan.text_encoder import Sentences


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon.load()


@pytest.fixture(scope="session")
def sentences() -> Sentences:
    return Sentences.load()
