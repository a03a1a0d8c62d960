"""The forms that can be asked for. Adding one is a file beside this one and its name in the tuple below.

Torch-free: the bot's autocomplete, the studio's checks and the host's prompts all read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms import (
    acrostic,
    ballad,
    character_sheet,
    couplet,
    fable,
    found_line,
    free_verse,
    golden_shovel,
    haiku,
    limerick,
    logline,
    monologue,
    qijue,
    qilyu,
    quatrain,
    renga,
    scene,
    short_story,
    sketch,
    sonnet,
    tanka,
    wujue,
    wulyu,
)
from generation.forms.copied import copied
from generation.forms.honoured import missing
from generation.forms.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.forms.form import Form
    from generation.wire.jobs import Brief

MODULES = (
    free_verse, haiku, tanka, limerick, couplet, quatrain, sonnet, ballad,
    acrostic, golden_shovel, found_line, renga, wujue, qijue, wulyu, qilyu,
    scene, monologue, sketch,
    short_story, fable, logline, character_sheet,
)  # fmt: skip

FORMS: dict[str, Form] = {module.FORM.name: module.FORM for module in MODULES}


def form_named(name: str) -> Form:
    """The form of that name.

    Raises:
        KeyError: there is none.
    """
    return FORMS[name]


def forms_of(kind: str) -> Sequence[Form]:
    """The forms of a kind ("verse", "script", "story"), in the order in which they are shown."""
    return [form for form in FORMS.values() if form.kind == kind]


def verdict(brief: Brief, text: str) -> Verdict:
    """What the checker of its form says of `text`, and which of the words that were asked for are not in it.

    A word that is missing, and a variation that is the same piece again, lower the score and are told; whether the form is
    kept has nothing to do with it.

    Raises:
        KeyError: there is no such form.
    """
    said = form_named(brief.form).check(text, brief)
    if copied(brief, text):
        said = Verdict(
            said.kept, said.score / 2, (*said.reasons, "Most of it is the piece before, word for word.")
        )
    absent = missing(brief.must, text)
    if not absent:
        return said
    share = len(absent) / len(brief.must)
    reasons = tuple(f"“{word}” is not in it." for word in absent)
    return Verdict(said.kept, said.score * (1 - share / 2), (*said.reasons, *reasons))
