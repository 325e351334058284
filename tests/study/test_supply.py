import pytest

from clirlab.corpora import load_bitext, load_lexicon
from clirlab.errors import InputError
from clirlab.study.material import Material, joined
from clirlab.study.supply import SUPPLIES, LexiconSettings, buy_words
from clirlab.supervision import translated_words, words


@pytest.fixture(scope="module")
def material():
    return Material(load_bitext("demo/en/so"), load_lexicon("demo/en/so"), (load_bitext("demo/en/tl"),))


def bought(material, name, budget, seed=0, **settings):
    supply = SUPPLIES[name]
    return supply.buy(material, budget, seed, supply.settings(**settings))


@pytest.mark.parametrize("name", [name for name in SUPPLIES if name not in ("misspelt-english", "shuffled-bitext")])
def test_what_is_bought_costs_what_the_budget_allows_and_is_nested(material, name):
    small, large = (bought(material, name, budget) for budget in (150, 400))
    assert 100 < small.words <= 150 and 350 < large.words <= 400
    assert set(small.pairs.english) <= set(large.pairs.english)
    if name not in ("code-switching", "glossed"):  # a larger lexicon makes more of the same sentences
        assert set(small.pairs.source) <= set(large.pairs.source)


def test_what_is_bought_twice_is_the_same(material):
    for name in SUPPLIES:
        assert bought(material, name, 200, seed=3) == bought(material, name, 200, seed=3)


def test_a_shuffled_bitext_has_the_same_sentences_and_no_pair(material):
    own, shuffled = (bought(material, name, 300) for name in ("bitext", "shuffled-bitext"))
    assert own.pairs.source == shuffled.pairs.source
    assert sorted(own.pairs.english) == sorted(shuffled.pairs.english)
    assert all(a != b for a, b in zip(own.pairs.english, shuffled.pairs.english, strict=True))


def test_misspelt_english_has_no_translated_word_and_as_many_pairs_as_the_other_control(material):
    misspelt, other = (bought(material, name, 300) for name in ("misspelt-english", "other-languages"))
    assert misspelt.words == 0 == translated_words(misspelt.pairs)
    assert misspelt.pairs.english == other.pairs.english


def test_controls_of_several_languages_share_the_budget():
    parts = tuple(load_bitext(f"demo/en/{code}") for code in ("tl", "de"))
    both = bought(Material(load_bitext("demo/en/so"), load_lexicon("demo/en/so"), parts), "other-languages", 300)
    assert both.pairs.language == "mul"
    tagalog = sum(len(words(text)) for text in both.pairs.source if text in parts[0].source)
    assert 120 < tagalog <= 150 < 300 - 30 <= both.words + 30 <= 330


def test_no_control_bitext_is_told(material):
    with pytest.raises(InputError, match="name some as control_bitext"):
        bought(Material(material.bitext, material.lexicon), "other-languages", 100)


def test_a_budget_beyond_the_data_is_an_error_or_takes_all(material):
    with pytest.raises(InputError, match="fewer than the budget of 1,000,000"):
        bought(material, "bitext", 10**6)
    generous = Material(material.bitext, material.lexicon, material.controls, take_all=True)
    assert len(bought(generous, "bitext", 10**6).pairs) == len(material.bitext)
    assert bought(generous, "code-switching", 10**6).words > 400


def test_a_lexicon_of_each_source_costs_what_it_costs(material):
    dictionary, induced, simulated = (
        buy_words(material, 200, 0, LexiconSettings(lexicon=source, policy="english-frequency"))
        for source in ("dictionary", "induced", "simulated")
    )
    assert dictionary.words == translated_words(dictionary.lexicon) <= 200
    assert induced.words == bought(material, "bitext", 200).words  # the sentences are paid, not the entries
    assert len(induced.lexicon) < len(dictionary.lexicon)
    assert simulated.words <= 200
    assert set(simulated.lexicon.entries) - set(material.lexicon.entries)


def test_frequent_words_are_bought_first(material):
    frequent = buy_words(material, 50, 0, LexiconSettings(policy="english-frequency")).lexicon
    rare = buy_words(material, 50, 0, LexiconSettings()).lexicon
    text = " ".join(material.bitext.english).lower().split()
    assert sum(text.count(word) for word in frequent.entries) > sum(text.count(word) for word in rare.entries)


def test_a_shuffled_lexicon_keeps_its_words_and_none_of_its_translations(material):
    plain = buy_words(material, 200, 0, LexiconSettings())
    shuffled = buy_words(material, 200, 0, LexiconSettings(shuffled=True))
    assert plain.lexicon.entries.keys() == shuffled.lexicon.entries.keys()
    assert all(set(plain.lexicon.entries[w]).isdisjoint(shuffled.lexicon.entries[w]) for w in plain.lexicon.entries)


def test_bitexts_of_one_language_are_joined_without_repetition():
    twice = joined(["demo/en/so", "demo/en/so"])
    assert (twice.source, twice.language) == (load_bitext("demo/en/so").source, "so")
    with pytest.raises(InputError, match="different languages"):
        joined(["demo/en/so", "demo/en/sw"])
