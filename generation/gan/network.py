"""What the picture engine needs of a network and of what reads themes for it. Torch-free: arrays cross this seam."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt


PAINTING = "abstract"  # the first word shown of every abstract painting


class Understood(Protocol):
    """What a theme means to the network. `caption` is what it is given, `words` what is shown.

    `outside` says that the theme lies outside what the network knows, `nearest` names what it does know, up to three.
    `left_out` is what is not shown of a theme of which the rest is.
    """

    @property
    def caption(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def outside(self) -> bool: ...
    @property
    def nearest(self) -> tuple[str, ...]: ...
    @property
    def left_out(self) -> tuple[str, ...]: ...


def is_painting(understood: Understood) -> bool:
    """Whether an abstract painting is shown, which fills its whole ground; what is shown otherwise stands on none."""
    return understood.words[:1] == (PAINTING,)


class Network(Protocol):
    """Themes to pictures, in three steps. What comes out of one call does not depend on what is beside it in the call."""

    @property
    def name(self) -> str:
        """What members and creations know it by."""

    @property
    def together(self) -> int:
        """How many pictures one pass makes: fewer take as long."""

    def understand(self, theme: str, style: str) -> Understood:
        """Read a theme as it was typed; `style` is a name of `generation.forms.pictures.STYLES` or empty.

        Raises:
            LexiconError: it cannot be read; the message is one sentence for the member.
        """

    def place(self, caption: str, seeds: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """(N, W): the styles of N pictures of one caption. Of each, the first seed is where z starts, and each further
        one a step away from there.
        """

    def paint(self, styles: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
        """(N, W) styles to (N, side, side, 4) RGBA."""
