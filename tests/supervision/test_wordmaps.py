from itertools import product

import pytest

from clirlab.supervision.alphabets import LATIN, slots
from clirlab.supervision.wordmaps import chance, change_affix, correspond, counterpart

SEEDS = range(3)


def words_of(pattern):
    """All words of the classes of a pattern, as numbers, and its slots."""
    found = slots(pattern, LATIN)
    return [list(letters) for letters in product(*(range(len(slot.options)) for slot in found))], found


@pytest.mark.parametrize("dial", [0, 0.4, 1])
@pytest.mark.parametrize("pattern", ["a", "le", "bal", "anela"])
def test_no_two_words_become_one(pattern, dial):
    words, found = words_of(pattern)
    for seed in SEEDS:
        sounds = {tuple(correspond(letters, found, dial, seed)) for letters in words}
        assert sounds == {tuple(letters) for letters in words}
        if len(found) > 1:
            for first in (True, False):
                affixes = {tuple(change_affix(letters, found, first, dial, seed)) for letters in words}
                assert affixes == {tuple(letters) for letters in words}


@pytest.mark.parametrize("pattern", ["a", "le", "bal", "anela"])
def test_the_counterpart_of_a_counterpart_is_the_word(pattern):
    words, found = words_of(pattern)
    for seed in SEEDS:
        others = [counterpart(letters, found, pattern, seed) for letters in words]
        assert [counterpart(letters, found, pattern, seed) for letters in others] == words
        same = sum(other == letters for other, letters in zip(others, words, strict=True))
        assert same <= max(1, len(words) // 20)


def test_counterparts_are_drawn_as_by_lot():
    words, found = words_of("bela")
    others = [counterpart(letters, found, "", 0) for letters in words]
    # letters agree with those of the word as often as by chance, 1 in as many as the class has
    for k, slot in enumerate(found):
        agree = sum(other[k] == letters[k] for other, letters in zip(others, words, strict=True)) / len(words)
        assert agree == pytest.approx(1 / len(slot.options), abs=0.07)
    assert others != [counterpart(letters, found, "", 1) for letters in words]
    assert others != [counterpart(letters, found, "x", 0) for letters in words]


def test_a_long_word_has_a_counterpart():
    found = slots("ba" * 60, LATIN)
    letters = [slot.letter for slot in found]
    other = counterpart(letters, found, "", 0)
    assert counterpart(other, found, "", 0) == letters
    assert other[32:64] != other[64:96]


def test_what_a_smaller_dial_changes_a_larger_one_changes_alike():
    words, found = words_of("bele")
    for process in (correspond, lambda *given: change_affix(*given[:2], False, *given[2:])):
        low, high = ([process(letters, found, dial, 5) for letters in words] for dial in (0.3, 0.7))
        for word, light, heavy in zip(words, low, high, strict=True):
            assert all(a in (w, b) for w, a, b in zip(word, light, heavy, strict=True)) or light == word
        assert [process(letters, found, 0, 5) for letters in words] == words


def test_sound_laws_hold_in_their_context_only():
    found = slots("tatat", LATIN)
    ways = {tuple(correspond([slot.letter for slot in found], found, 1, seed)) for seed in range(20)}
    assert any(first != last for first, *_, last in ways)
    assert all(second == third for _, second, _, third, _ in [(0, w[1], 0, w[3], 0) for w in ways])


def test_at_dial_1_every_letter_and_every_affix_is_another():
    words, found = words_of("bele")
    assert all(a != b for word in words for a, b in zip(word, correspond(word, found, 1, 0), strict=True))
    assert all(change_affix(word, found, False, 1, 0)[:2] == word[:2] for word in words)
    assert all(change_affix(word, found, False, 1, 0)[2:] != word[2:] for word in words)
    assert all(change_affix(word, found, True, 1, 0)[:2] != word[:2] for word in words)


def test_the_dial_is_the_share_that_is_changed():
    words, found = words_of("bele")
    for dial in (0.2, 0.6):
        changed = [change_affix(word, found, False, dial, seed) != word for seed in range(20) for word in words]
        assert sum(changed) / len(changed) == pytest.approx(dial, abs=0.08)


def test_chances_are_spread_and_do_not_depend_on_the_order():
    chances = [chance(0, [f"a{i}", "b"]) for i in range(500)]
    assert all(0 <= number < 1 for number in chances)
    assert sum(chances) / 500 == pytest.approx(0.5, abs=0.05)
    assert chance(0, ["b", "a0"]) == chances[0] != chance(1, ["b", "a0"])
