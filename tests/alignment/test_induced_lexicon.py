import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.contingency import chi2_contingency

from clirlab.alignment import align, lexicon, to_lexicon
from clirlab.alignment.lexicon import log_likelihood_ratio, word_pairs
from clirlab.corpora import Bitext, load_bitext, load_lexicon
from clirlab.errors import InputError
from clirlab.models import load_encoder

BITEXT = Bitext(
    "toy",
    "sw",
    ("Nyumba kubwa.", "Nyumba nyekundu!", "Mji mkubwa", "nyumba"),
    ("The big house.", "A red house!", "A big town", "home"),
)
# (foreign word, English word)
LINKS = [{(0, 2), (0, 0), (1, 1)}, {(0, 2), (1, 1)}, {(0, 2), (1, 1)}, {(0, 0)}]


def test_counts_and_both_conditional_probabilities_by_hand():
    found = lexicon(BITEXT, links=LINKS)
    assert repr(found) == "InducedLexicon(toy: 7 word pairs of 4 sentence pairs, sw)"
    rows = found.frame.set_index(["english", "foreign"])
    # nyumba: 2 house, 1 the, 1 home; big: 1 kubwa, 1 mkubwa
    assert rows.loc[("house", "nyumba")].drop("g2").tolist() == [2, 2, 4, 1.0, 0.5, pytest.approx(2 * 2 / 6)]
    assert rows.loc[("big", "kubwa")].drop("g2").tolist() == [1, 2, 1, 0.5, 1.0, pytest.approx(2 / 3)]
    # of 8 links, house 2, nyumba 4, both 2: 2 (2 log(2/1) + 0 + 2 log(2/3) + 4 log(4/3))
    expected = 2 * (2 * np.log(2) + 2 * np.log(2 / 3) + 4 * np.log(4 / 3))
    assert rows.loc[("house", "nyumba"), "g2"] == pytest.approx(expected)
    assert found.frame["g2"].is_monotonic_decreasing


@given(st.lists(st.integers(1, 30), min_size=4, max_size=4))
def test_the_association_is_the_g_test_of_the_two_by_two_table(cells):
    table = np.array(cells).reshape(2, 2)
    oracle = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    numbers = (table[0, 0], table[0].sum(), table[:, 0].sum())
    found = log_likelihood_ratio(*(np.array([n], dtype=float) for n in numbers), table.sum())
    assert abs(found[0]) == pytest.approx(oracle, abs=1e-8)
    if abs(found[0]) > 1e-6:
        assert (found[0] > 0) == (table[0, 0] * table[1, 1] > table[0, 1] * table[1, 0])


def test_what_to_rely_on():
    found = lexicon(BITEXT, links=LINKS)
    assert to_lexicon(found).entries == {"house": ("nyumba",)}
    # all seven pairs; nyumba has three English words and keeps the two of most links, then of largest g2
    assert to_lexicon(found, min_count=1, most=9).entries == {
        "big": ("kubwa", "mkubwa"), "house": ("nyumba",), "home": ("nyumba",), "red": ("nyekundu",), "the": ("nyumba",),
        "town": ("mji",),
    }  # fmt: skip
    assert "the" not in to_lexicon(found, min_count=1).entries
    assert "the" in to_lexicon(found, min_count=1, mutual=False).entries
    assert to_lexicon(found, min_count=1, most=1).entries["big"] == ("kubwa",)
    assert to_lexicon(found, min_count=9).entries == {}


def test_links_come_from_the_aligner_where_none_are_given(tiny):
    bitext = Bitext("tiny", "xx", ("the cat sleeping", "a roof"), ("a dog barked", "on the roof"))
    links = [result.links for result in align(tiny, word_pairs(bitext), layer=1, how="itermax")]
    assert any(links)
    assert lexicon(bitext, tiny, layer=1, how="itermax").frame.equals(lexicon(bitext, links=links).frame)


def test_a_bitext_without_links_gives_an_empty_lexicon():
    found = lexicon(BITEXT, links=[set()] * 4)
    assert len(found) == 0
    assert to_lexicon(found).entries == {}


def test_the_demo_bitext_gives_translations_that_its_word_list_has():
    induced = to_lexicon(lexicon(load_bitext("demo/en/sw"), load_encoder("e5-small")), min_count=2, most=1)
    known = load_lexicon("demo/en/sw").entries
    both = [word for word in induced.entries if word in known]
    right = [word for word in both if induced.entries[word][0] in known[word]]
    assert len(both) >= 150
    assert len(right) / len(both) > 0.65


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either an encoder, to align the bitext, or its links"),
        ({"links": [{(0, 5)}, set(), set(), set()]}, "link 0-5 lies outside its sentence pair of toy"),
        ({"links": [set()] * 3}, "there must be links for each of the 4 sentence pairs of toy"),
        ({"links": [set()] * 5}, "there must be links for each of the 4 sentence pairs of toy"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(InputError, match=message):
        lexicon(BITEXT, **arguments)
    with pytest.raises(InputError, match="at least 1, got 0 and 2"):
        to_lexicon(lexicon(BITEXT, links=LINKS), min_count=0)
