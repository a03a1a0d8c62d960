"""Fable: animals, and what they learn."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="fable",
    kind="story",
    title="Fable",
    description="animals, and what they learn",
    ask="a fable about animals that ends with what they learned",
    tokens={"short": 180, "medium": 300, "long": 500},
    examples=(
        Example(
            "a lazy fox",
            "A fox lay in the sun all summer while the ants carried grain past his nose.\n"
            "\n"
            "“Why do you hurry?” he asked. “The field is full.”\n"
            "\n"
            "“The field is full today,” said an ant.\n"
            "\n"
            "When the snow came, the fox knocked at the anthill. There was no room for him, and he had only his own tail to keep him warm.\n"
            "\n"
            "What lies there for everybody lies there once.",
        ),
    ),
    one_piece=False,
    ask_zh="一则寓言，结尾点出道理",
)
