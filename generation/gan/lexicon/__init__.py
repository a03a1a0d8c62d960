"""What a member asks of a picture, in English or Chinese, as the network knows it.

`Lexicon.understand` takes a theme as typed and gives the caption that the network reads, the words that a member is
shown, and whether the theme lies outside what the network has seen. `build` writes the data from the captions. Leaves
out whether a theme is fit to be drawn.
"""

from generation.gan.lexicon.errors import LexiconError
from generation.gan.lexicon.lexicon import Lexicon, Understood

__all__ = ["Lexicon", "LexiconError", "Understood"]
