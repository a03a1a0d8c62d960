"""Typst, asked for one document at a time: a template of ours, and the text as data.

The text reaches the template as JSON in `sys.inputs` and is never parsed as markup; templates import nothing and are
given in memory, so that nothing is read from disk or fetched. The compiler keeps no state between two documents that
would change the second; it is one for the process, because it remembers how glyphs are shaped.
"""

from __future__ import annotations

import functools
import json
import threading
from pathlib import Path
from typing import Any, Literal

import typst

from generation.page import fonts
from generation.page.errors import PageError, UnprintableError

HERE = Path(__file__).parent
MADE_AT = 0  # of a PDF, Unix seconds: the same text gives the same bytes
PIXELS_PER_INCH = 144  # two pixels a point: sharp where Discord shows a point as a pixel

_one_at_a_time = threading.Lock()


def typeset(template: str, page: dict[str, Any], form: Literal["png", "pdf"]) -> bytes:
    """The document that the template makes of `page`; of a PNG, the first page.

    Raises:
        PageError: Typst cannot; its own words are the cause.
    """
    try:
        with _one_at_a_time:
            made = _compiler().compile(
                input=_template(template),
                format=form,
                ppi=PIXELS_PER_INCH,
                sys_inputs={"page": json.dumps(page)},
                timestamp=MADE_AT,
            )
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic inside Typst is no Exception
        raise PageError("This text cannot be set on a page.") from error
    if isinstance(made, list):
        made = made[0]
    if not made:
        raise UnprintableError("There is nothing to put on a page.")
    return bytes(made)


@functools.cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(root=str(HERE), font_paths=fonts.opened(), ignore_system_fonts=True)


@functools.cache
def _template(name: str) -> bytes:
    return (HERE / name).read_bytes()
