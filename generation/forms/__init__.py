"""The forms that can be asked for. Adding one is a file beside this one and its name in the tuple below.

Torch-free: the bot's autocomplete, the studio's checks and the host's prompts all read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms import (
    ballad,
    character_sheet,
    couplet,
    fable,
    free_verse,
    haiku,
    limerick,
    logline,
    monologue,
    quatrain,
    scene,
    short_story,
    sketch,
    sonnet,
    tanka,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.forms.form import Form

MODULES = (
    free_verse, haiku, tanka, limerick, couplet, quatrain, sonnet, ballad,
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
