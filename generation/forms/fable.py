"""Fable: animals, and what they learn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.prose import paragraphs, prose_faults, sentences_of
from generation.forms.scansion import Fault, judged, lines_of
from generation.forms.structure import length_of

if TYPE_CHECKING:
    from generation.forms.structure import Structure
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

WORDS = {"short": (50, 120), "medium": (90, 210), "long": (160, 350)}
MORAL = 40  # words of the last sentence, which says what was learned, at most
_ANIMALS = re.compile(
    r"\b(?:animals?|ants?|asses|ass|apes?|badgers?|bats?|bears?|beasts?|bees?|birds?|bulls?|camels?|cats?|cocks?|cows?|crabs?|"
    r"cranes?|crows?|deer|dogs?|donkeys?|doves?|ducks?|eagles?|elephants?|fish(?:es)?|fl(?:y|ies)|fox(?:es)?|frogs?|goats?|"
    r"goose|geese|grasshoppers?|hares?|hawks?|hedgehogs?|hens?|herons?|horses?|hounds?|jackdaws?|jays?|kids?|kites?|lambs?|larks?|"
    r"lions?|lizards?|magpies?|mice|mouse|moles?|monkeys?|mules?|nightingales?|owls?|ox|oxen|parrots?|peacocks?|pigs?|pigeons?|"
    r"rabbits?|rats?|ravens?|roosters?|serpents?|sheep|snails?|snakes?|sparrows?|spiders?|squirrels?|stags?|storks?|swallows?|"
    r"swans?|tigers?|toads?|tortoises?|turtles?|vixen|wasps?|weasels?|whales?|wol(?:f|ves)|worms?)\b"
    r"|[狐狼狗猫貓鼠兔鹿熊虎狮獅象猴驴驢马馬牛羊猪豬鸡雞鸭鴨鹅鵝鸟鳥鱼魚蛇龟龜蛙虫蟲蚁蟻蜂鹰鷹鸦鴉雀燕鹤鶴]",
    re.IGNORECASE,
)


def structure(brief: Brief, _seed: int) -> Structure:
    """Paragraphs, a short one at the end."""
    return paragraphs(brief, WORDS, FORM.examples, close=MORAL - 10)


def check(text: str, brief: Brief) -> Verdict:
    """Its length kept, whole sentences, an animal in it, and a short last paragraph or sentence: what was learned."""
    faults = prose_faults(text, *WORDS[brief.length])
    if not _ANIMALS.search(text):
        faults.append(Fault("There is no animal in it.", 0.5))
    last = (sentences_of(lines_of(text)[-1]) if text.strip() else []) or [""]
    if not 0 < length_of(last[-1]) <= MORAL:
        faults.append(Fault("It does not end on one short sentence that says what was learned.", 0.6))
    return judged(faults, sum(1 - fault.worth for fault in faults) / 2)


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
    check=check,
    structure=structure,
    samples=4,
)
