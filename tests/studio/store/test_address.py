"""Addresses: what is understood, and what is refused in one sentence."""

from __future__ import annotations

import pytest

from studio.errors import BadAddressError
from studio.store.address import read_address


@pytest.mark.parametrize(
    ("text", "driver", "database"),
    [
        ("sqlite:///data/renga.db", "sqlite+aiosqlite", "data/renga.db"),
        ("sqlite+aiosqlite:////var/renga.db", "sqlite+aiosqlite", "/var/renga.db"),
        ("postgresql://ada:pw@db/renga", "postgresql+asyncpg", "renga"),
        ("postgresql+asyncpg://ada:pw@db/renga", "postgresql+asyncpg", "renga"),
        (" postgres://ada:pw@db/renga ", "postgresql+asyncpg", "renga"),
    ],
)
def test_an_address_names_its_driver(text: str, driver: str, database: str) -> None:
    url = read_address(text)
    assert (url.drivername, url.database) == (driver, database)


@pytest.mark.parametrize(
    "text",
    [
        "", "renga.db", "sqlite://", "sqlite:///:memory:", "sqlite://host/renga.db", "sqlite:///a.db?mode=ro",
        "mysql://ada:secret@db/renga", "postgresql+psycopg2://ada:secret@db/renga", "postgresql://ada:secret@db",
        "postgresql://ada:secret@db:port/renga",
    ],
)  # fmt: skip
def test_a_bad_address_gets_one_sentence_with_an_example_and_without_the_password(text: str) -> None:
    with pytest.raises(BadAddressError) as caught:
        read_address(text)
    sentence = str(caught.value)
    assert "an example is" in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "secret" not in sentence
