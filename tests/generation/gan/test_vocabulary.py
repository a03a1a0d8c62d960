"""Which words have a vector of their own."""

from __future__ import annotations

from generation.gan.vocabulary import Vocabulary


def test_words_of_enough_pictures_and_all_names_of_several_words_are_kept() -> None:
    captions = [["a red fox"], ["a red fire truck", "red"], ["a blue fox"]]
    vocabulary = Vocabulary.of(captions, ["fox", "fire truck"], at_least=2)
    assert vocabulary.entries == ("a", "fire truck", "fox", "red")


def test_a_bag_holds_each_known_word_and_name_once() -> None:
    vocabulary = Vocabulary(["fire truck", "fire", "red"])
    assert vocabulary.bag("A red, RED fire truck!") == [0, 1, 2]
    assert vocabulary.bag("nothing known") == []
    assert vocabulary.bag("") == []
