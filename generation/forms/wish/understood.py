"""What was found in a wish; an empty part was not said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generation.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.forms.form import FormKind
    from generation.wire.jobs import Language


@dataclass(frozen=True, slots=True)
class Understood:
    """`form` is the name of one, `must` the words to include, `given` what the form is built on (`wire.jobs.Brief`)."""

    theme: str
    form: str = ""
    tone: str = ""
    length: str = ""
    must: tuple[str, ...] = ()
    given: str = ""
    language: Language = ""

    def on(self, theme: str) -> Understood:
        """The same wish on another theme."""
        return replace(self, theme=theme)


def named(kind: FormKind | None, said: Mapping[str, str]) -> dict[str, str]:
    """What people call the forms of a kind, in lower case, with the form that each means ("": none in particular).

    Names and aliases of the forms, and of `said`, other things that are said instead, those whose form there is.
    """
    forms = {name: form for name, form in FORMS.items() if kind is None or form.kind == kind}
    found = {spoken: name for spoken, name in said.items() if not name or name in forms}
    for name, form in forms.items():
        found |= dict.fromkeys((name, *form.aliases), name)
    return found
