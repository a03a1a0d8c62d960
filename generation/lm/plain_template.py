"""How a model that was only trained to go on with text is asked for a piece: a chat template without control tokens.

A base model has never seen a chat. What it has seen is pages of exercises: what is asked, a piece, what is asked next.
So the turns become such a page, which stops where the model's piece begins; and the model, when it has written its
piece, goes on with the next exercise, which is how one knows that it has ended (`ENDS`).
"""

from __future__ import annotations

# The system turn tells an assistant how to behave, which means nothing here: a base model goes on with it.
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message['role'] == 'user' %}Instruction: {{ message['content'] }}\n\nAnswer:\n"
    "{% elif message['role'] == 'assistant' %}{{ message['content'] }}\n\n{% endif %}{% endfor %}"
)
ENDS = ("\nInstruction", "\nAnswer:")
