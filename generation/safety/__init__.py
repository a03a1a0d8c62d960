"""What is asked and what is made, looked at by the host before anybody sees it, so that no face can skip it."""

from generation.safety.briefs import refusal
from generation.safety.words import unfit

__all__ = ["refusal", "unfit"]
