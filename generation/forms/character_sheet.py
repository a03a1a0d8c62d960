"""Character sheet: a person in a few lines: wants, fears, habits."""

from __future__ import annotations

from generation.forms.form import Example, Form

FORM = Form(
    name="character sheet",
    kind="story",
    title="Character sheet",
    description="a person in a few lines: wants, fears, habits",
    ask="a character sheet with the lines Name, Age, Work, Wants, Fears, Habit and Secret",
    tokens={"short": 120, "medium": 180, "long": 260},
    examples=(
        Example(
            "a night porter",
            "Name: Tomas Reed\n"
            "Age: 58\n"
            "Work: Night porter at the Grand, since it was grand\n"
            "Wants: One guest to stay a whole year\n"
            "Fears: The revolving door\n"
            "Habit: Winds every clock, including the stopped one\n"
            "Secret: He has a room on the top floor that nobody booked",
        ),
    ),
    one_piece=True,
    ask_zh="一份人物小传",
)
