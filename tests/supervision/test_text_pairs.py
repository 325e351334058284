import pytest

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.supervision import TextPairs, code_mixing_indices, switch_counts
from clirlab.supervision.pairs import join

# "kwa nini" stands for one English word, "mjomba" for two
MIXED = TextPairs(
    "mixed",
    "sw",
    ("Kwa nini is it?", "my mjomba, Marekani"),
    ("Why is it?", "my paternal uncle, America"),
    (((0, 0), (1, 0), (2, 1), (3, 2)), ((0, 0), (1, 1), (1, 2), (2, 3))),
    (("sw", "sw", "en", "en"), ("en", "sw", "sw")),
)
BITEXT = Bitext("tiny", "sw", ("Maji ni uhai.", "Mwezi!"), ("Water is life.", "Moon!"))


def test_the_switch_rate_counts_english_words_where_the_alignment_is_known():
    assert switch_counts(MIXED).tolist() == [[1, 3], [3, 4]]
    assert MIXED.switch_rate == pytest.approx(4 / 7)


def test_the_switch_rate_counts_source_words_where_it_is_not():
    unaligned = TextPairs("mixed", "sw", MIXED.source, MIXED.english, None, MIXED.tags)
    assert switch_counts(unaligned).tolist() == [[2, 4], [2, 3]]


def test_code_mixing_index_by_hand():
    # 100 (1 - 2/4) and 100 (1 - 2/3); of the set their mean
    assert code_mixing_indices(MIXED) == pytest.approx([50, 100 / 3])
    assert MIXED.code_mixing_index == pytest.approx(125 / 3)
    three = TextPairs("", "mul", ("a b c d",), ("a b c d",), tags=(("en", "sw", "de", "de"),))
    assert three.code_mixing_index == pytest.approx(50)


def test_a_bitext_is_all_foreign_and_not_mixed():
    pairs = TextPairs.of(BITEXT)
    assert (pairs.name, pairs.language, pairs.source, pairs.english) == ("tiny", "sw", BITEXT.source, BITEXT.english)
    assert pairs.alignment is pairs.tags is None
    assert (pairs.switch_rate, pairs.code_mixing_index) == (1, 0)


def test_texts_without_words_count_nothing():
    empty = TextPairs("", "sw", ("…", ""), ("?", ""))
    assert (empty.switch_rate, empty.code_mixing_index) == (0, 0)


def test_pairs_are_taken_with_all_that_belongs_to_them():
    taken = MIXED.take([1])
    assert taken == TextPairs("mixed", "sw", *((part[1],) for part in (MIXED.source, MIXED.english)),
                              (MIXED.alignment[1],), (MIXED.tags[1],))  # fmt: skip
    assert len(TextPairs.of(BITEXT).take([])) == 0


def test_joined_sets_keep_tags_where_one_has_them_and_links_where_all_have():
    both = join("both", [MIXED, TextPairs.of(BITEXT)])
    assert both.source == (*MIXED.source, *BITEXT.source)
    assert both.tags == (*MIXED.tags, ("sw", "sw", "sw"), ("sw",))
    assert both.alignment is None
    assert both.language == "sw"
    assert join("twice", [MIXED, MIXED]).alignment == MIXED.alignment * 2
    assert join("plain", [TextPairs.of(BITEXT)] * 2).tags is None
    german = TextPairs("", "de", ("Mond",), ("moon",))
    assert join("several", [german, TextPairs.of(BITEXT)]).tags == (("de",), ("sw", "sw", "sw"), ("sw",))
    assert join("several", [german, TextPairs.of(BITEXT)]).language == "mul"


def test_a_set_shows_itself_in_one_line():
    assert repr(MIXED) == "TextPairs(mixed: 2 pairs, sw-en, 57% of the words switched)"
    assert repr(TextPairs.of(BITEXT)) == "TextPairs(tiny: 2 pairs, sw-en)"


def test_parts_of_other_length_are_named():
    with pytest.raises(InputError, match="odd: 2 source sentences, but alignment is of 1"):
        TextPairs("odd", "sw", ("a", "b"), ("a", "b"), ((),))
