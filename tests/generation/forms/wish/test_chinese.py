"""Wishes in Chinese, and in which script a wish is."""

from __future__ import annotations

from typing import Any

import pytest

from generation.forms.wish import Understood, script_of, understand


@pytest.mark.parametrize(
    ("kind", "typed", "form", "theme"),
    [
        ("verse", "写一首关于秋日黄昏落叶的诗", "", "秋日黄昏落叶"),
        ("verse", "写几句停车场的第一场雪的小诗", "", "停车场的第一场雪"),
        ("verse", "现代诗：末班地铁", "free verse", "末班地铁"),
        ("verse", "以月亮为题写一首诗", "", "月亮"),
        ("verse", "寫一首關於月亮的現代詩", "free verse", "月亮"),
        ("verse", "月亮", "", "月亮"),
        ("verse", "帮我写首七绝，主题是初雪的早晨", "qijue", "初雪的早晨"),
        ("verse", "五绝一首，窗外的雪", "wujue", "窗外的雪"),
        ("verse", "寫一首五言律詩，寫登樓望江", "wulü", "登樓望江"),
        ("verse", "七律：怀古，过旧都", "qilü", "怀古，过旧都"),
        ("verse", "写首关于下班路上的夕阳的古诗", "qijue", "下班路上的夕阳"),
        ("verse", "五绝", "wujue", "五绝"),
        ("story", "讲个小寓言，忘记下雨的村子", "fable", "忘记下雨的村子"),
        ("script", "剧本，两个人，老师和学生在夜车上", "scene", "老师和学生在夜车上"),
    ],
)
def test_the_form_and_the_request_are_taken_off(kind: Any, typed: str, form: str, theme: str) -> None:
    assert understand(typed, kind) == Understood(theme, form, language="zh")


def test_words_to_include_and_a_mood_are_found() -> None:
    found = understand("写一首关于月亮的诗，带“雨”字和“灯”，要温暖一点", "verse")
    assert (found.tone, found.must[0]) == ("温暖", "雨")
    assert understand("用“春风”写一首七绝", "verse") == Understood(
        "春风", "qijue", must=("春风",), language="zh"
    )
    assert understand("月亮，含雨字", "verse") == Understood("月亮", must=("雨",), language="zh")


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("autumn dusk", "latin"), ("café", "latin"), ("月亮", "han"), ("a poem about 雪", "latin"), ("写一首 Python 的诗", "han"),
        ("秋の夕暮れ", "other"), ("가을", "other"), ("осень", "other"), ("خريف", "other"), ("🎉 7!", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_script_is_that_of_most_letters(text: str, script: str) -> None:
    assert script_of(text) == script
