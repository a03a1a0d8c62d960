"""How Chinese characters rhyme."""

from __future__ import annotations

import pytest

from generation.forms.finals import may_rhyme, readings, rhyme_group, rhymes, tone


@pytest.mark.parametrize(
    ("a", "b"), [("光", "霜"), ("天", "眠"), ("间", "山"), ("楼", "流"), ("枝", "思"), ("鱼", "衣"), ("明", "声"), ("花", "家"), ("月", "雪"), ("風", "生")]
)  # fmt: skip
def test_characters_of_one_group_rhyme(a: str, b: str) -> None:
    assert rhymes(a, b)
    assert rhymes(b, a)


@pytest.mark.parametrize(
    ("a", "b"), [("光", "光"), ("光", "天"), ("枝", "衣"), ("明", "门"), ("x", "光"), ("，", "光")]
)
def test_others_do_not(a: str, b: str) -> None:
    assert not rhymes(a, b)


@pytest.mark.parametrize("pair", ["东東", "声聲", "烟煙", "门門", "归歸", "飞飛"])
def test_simplified_and_traditional_are_read_alike(pair: str) -> None:
    assert rhyme_group(pair[0]) == rhyme_group(pair[1]) != ""
    assert tone(pair[0]) == tone(pair[1])


def test_a_character_of_two_readings_may_rhyme_by_either() -> None:
    assert may_rhyme("还", "山")  # hai, huan
    assert may_rhyme("还", "来")
    assert rhymes("还", "来")
    assert not rhymes("还", "山")


def test_the_first_two_tones_are_level() -> None:
    assert [tone(char) for char in "春眠不觉"] == ["平", "平", "仄", "平"]
    assert tone("a") == ""
    assert readings("！") == ()
