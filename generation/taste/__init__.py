"""Tastes: a head is a small linear judge of texts that a server's votes have made, and what it judges by.

A head is an immutable directory, DATA_DIR/heads/<digest>/, with our manifest.json and head.safetensors, hostile until verified
(`directory.py`). `reader.py` turns texts into numbers, by the frozen base model and by counting; `taster.py` scores drafts while
an engine works. How one is learnt from votes: `finetune.head`. Leaves out which head serves, which the store knows.
"""

from generation.taste.errors import TasteError

__all__ = ["TasteError"]
