"""One job's text as it comes in, and what ends it. Pure; the engine's thread alone has rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from generation.forms import form_named
from generation.forms.ending import at_an_end
from generation.forms.tidy import tidy
from generation.lm.circles import before_the_refrain, in_a_circle
from generation.remote.errors import Garbled, Refused
from generation.remote.stream import MUCH

if TYPE_CHECKING:
    from generation.remote.stream import Piece, Usage
    from generation.wire.jobs import Job

TOKEN_LETTERS = 32  # on average, over a whole piece: more is no writing
Stopped = Literal["end", "limit", "circle", "stop"]


@dataclass(slots=True)
class Row:
    """`limit` is in tokens. A server sends about a token at a time, so a bit of text counts as one until it says better."""

    job: Job
    part: int
    prompt_tokens: int
    limit: int
    text: str = ""
    stopped: Stopped | None = None
    usage: Usage | None = None
    told: int = 0
    _bits: list[str] = field(default_factory=list)
    _ids: list[int] = field(default_factory=list)  # the bits, each named by when it was first seen
    _seen: dict[str, int] = field(default_factory=dict)
    _letters: int = 0

    @property
    def begun(self) -> bool:
        return bool(self._bits)

    @property
    def cut(self) -> bool:
        """Whether it has stopped here, whatever the server still has to say."""
        return self.stopped in {"circle", "stop"} or len(self._bits) > self.limit

    @property
    def output_tokens(self) -> int:
        return self.usage.output_tokens if self.usage else min(len(self._bits), self.limit)

    def add(self, piece: Piece) -> None:
        """Take in what came.

        Raises:
            Garbled: it is far too much.
            Refused: the server ended it for a reason that is none of ours.
        """
        if self.cut:
            return  # what was on its way
        self.usage = piece.usage or self.usage
        if piece.text:
            self._bits.append(piece.text)
            self._ids.append(self._seen.setdefault(piece.text, len(self._seen)))
            self._letters += len(piece.text)
            if self._letters > TOKEN_LETTERS * self.limit + 1000:
                raise Garbled(MUCH, detail="more text than tokens can hold")
            if len(self._bits) > self.limit:  # a server that knows no max_tokens
                self.stopped = "limit"
        match piece.finish:
            case None:
                pass
            case "stop":
                self.stopped = "end"
            case "length":
                self.stopped = "limit"
            case "content_filter":
                raise Refused("The server that writes would not write it.", status=200, kind="unsafe")
            case _:
                raise Refused(
                    "The server that writes gave it up.", status=200, detail="another finish_reason"
                )

    def spent(self) -> int:
        """Tokens that were not told of yet; the prompt's are in the first of the first part."""
        prompt = self.prompt_tokens if self.part == 0 else 0
        spent = max(0, prompt + self.output_tokens - self.told)
        self.told += spent
        return spent

    def read(self) -> None:
        """Bring `text` up to what came, and see whether it has to stop here."""
        said = "".join(self._bits[: self.limit])
        places = [place for stop in self.job.sampling.stop if (place := said.find(stop)) >= 0]
        if places:
            self.text, self.stopped = tidy(said[: min(places)]), "stop"
            return
        self.text = tidy(said)
        if self.stopped is not None:
            return
        if again := in_a_circle(self._ids):
            self.text, self.stopped = tidy("".join(self._bits[:-again])), "circle"
        elif (text := before_the_refrain(self.text)) is not None:
            self.text, self.stopped = text, "circle"

    def whole(self) -> str:
        """The text of a row that has stopped, brought to an end."""
        if self.stopped in {"end", "stop"}:
            return self.text
        return at_an_end(self.text, form_named(self.job.form).kind)
