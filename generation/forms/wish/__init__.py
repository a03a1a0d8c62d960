"""What a member typed, understood by rules: the subject, and what was said beside it of form, mood, length and words.

"5-7-5 on my grandmother's empty chair, with the word 'hum'" is a haiku on "my grandmother's empty chair" that holds
"hum". English and Chinese are read, each by a file of patterns; whatever no pattern knows stays in the theme. Nothing is
refused here: that is `generation.forms.brief`'s, which also lets options that were given outright win.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.wish import chinese, english
from generation.forms.wish.scripts import script_of
from generation.forms.wish.understood import Understood

if TYPE_CHECKING:
    from generation.forms.form import FormKind


def understand(typed: str, kind: FormKind | None = None, form: str = "") -> Understood:
    """`typed`, one clean line, taken apart; `kind` restricts the forms to one command's, `form` is one chosen outright.

    The theme is never empty where `typed` was not: where nothing is asked about, the first word to
    include is the subject, or else the request itself.
    """
    typed = " ".join(typed.split())
    read = chinese.understand if script_of(typed) == "han" else english.understand
    found = read(typed, kind, form)
    return found if found.theme else found.on(found.must[0] if found.must else typed)


__all__ = ["Understood", "script_of", "understand"]
