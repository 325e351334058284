import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.supervision import NOISES, TextPairs, add_noise, shuffled_lexicon, shuffled_pairs, words, wrong_entries

seeds = st.integers(0, 99)
severities = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
OTHER = TextPairs(
    "health", "sw", tuple(f"x{i}" for i in range(20)), tuple(f"y{i}" for i in range(20)), (((0, 0),),) * 20
)


@st.composite
def aligned(draw):
    """Pairs of words f0 f1 … and e0 e1 …, all different, whose links say which is which; each may have several."""
    source, english, alignment = [], [], []
    for number in range(draw(st.integers(2, 6))):
        m, n = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        source.append(", ".join(f"f{number}{i}" for i in range(m)) + ".")
        english.append(" ".join(f"e{number}{i}" for i in range(n)))
        links = st.tuples(st.integers(0, m - 1), st.integers(0, n - 1))
        alignment.append(tuple(sorted(draw(st.sets(links, max_size=6)))))
    return TextPairs("made", "sw", tuple(source), tuple(english), tuple(alignment))


def word_links(pairs):
    """Links as words, which stay the same wherever they move to."""
    return {
        (words(source)[i], words(english)[j])
        for source, english, links in zip(pairs.source, pairs.english, pairs.alignment, strict=True)
        for i, j in links
    }


def noisy(pairs, kind, severity, seed):
    return add_noise(pairs, kind, severity, seed, OTHER if kind == "other-domain" else None)


@given(aligned(), st.sampled_from(sorted(NOISES)), seeds)
def test_severity_0_is_the_identity_and_the_same_seed_gives_the_same(pairs, kind, seed):
    assert noisy(pairs, kind, 0, seed) is pairs
    assert noisy(pairs, kind, 0.5, seed) == noisy(pairs, kind, 0.5, seed)


@given(aligned(), st.sampled_from(["misaligned", "translationese", "other-domain"]), severities, seeds)
def test_pairs_that_are_broken_at_a_smaller_dose_are_broken_alike_at_a_larger_one(pairs, kind, two, seed):
    low, high = (noisy(pairs, kind, severity, seed) for severity in two)
    for i, whole in enumerate(zip(pairs.source, pairs.english, strict=True)):
        assert (low.source[i], low.english[i]) in (whole, (high.source[i], high.english[i]))


@given(aligned(), st.floats(0, 1), seeds)
def test_the_dose_is_the_share_of_the_pairs(pairs, severity, seed):
    for kind in ("misaligned", "other-domain"):
        found = noisy(pairs, kind, severity, seed)
        changed = sum(one != other for one, other in zip(found.english, pairs.english, strict=True))
        assert changed == round(severity * len(pairs))


@given(aligned(), seeds)
def test_all_pairs_misaligned_is_the_shuffled_control(pairs, seed):
    assert add_noise(pairs, "misaligned", 1, seed).english == shuffled_pairs(pairs, seed).english


@given(aligned(), severities, seeds)
def test_words_that_are_dropped_stay_dropped_and_the_others_keep_order_links_and_marks(pairs, two, seed):
    low, high = (add_noise(pairs, "dropped-words", severity, seed) for severity in two)
    for k, source in enumerate(pairs.source):
        assert 1 <= len(words(high.source[k])) <= len(words(low.source[k]))
        assert set(words(high.source[k])) <= set(words(low.source[k]))
        assert words(low.source[k]) == [word for word in words(source) if word in words(low.source[k])]
        assert low.source[k].endswith(".")
    assert low.english == pairs.english
    left = {word for text in low.source for word in words(text)}
    assert word_links(low) == {(f, e) for f, e in word_links(pairs) if f in left}


def test_the_dose_of_dropped_words_and_what_becomes_of_blanks():
    pairs = TextPairs("p", "sw", ("maji " * 2000,), ("water",))
    assert len(words(add_noise(pairs, "dropped-words", 0.3).source[0])) == pytest.approx(1400, abs=60)
    shown = {add_noise(TextPairs("p", "sw", ("Maji, (ni) uhai!",), ("",)), "dropped-words", 0.4, s).source[0]
             for s in range(60)}  # fmt: skip
    assert shown == {
        "Maji, (ni) uhai!", "Maji, (ni)!", "Maji, () uhai!", ", (ni) uhai!", "Maji, ()!", ", (ni)!", ", () uhai!"
    }  # fmt: skip


def test_tags_go_with_their_words():
    pairs = TextPairs(
        "p", "sw", ("a b c d",), ("a b c d",), (((0, 0), (1, 1), (2, 2), (3, 3)),), (("en", "sw", "en", "de"),)
    )
    tag = dict(zip("abcd", pairs.tags[0], strict=True))
    for seed in range(10):
        found = add_noise(pairs, "dropped-words", 0.5, seed)
        assert found.tags[0] == tuple(tag[word] for word in words(found.source[0]))


@given(aligned(), st.floats(0, 1), seeds)
def test_translationese_keeps_words_links_and_marks_and_follows_english(pairs, severity, seed):
    found = add_noise(pairs, "translationese", severity, seed)
    assert word_links(found) == word_links(pairs)
    for one, other in zip(found.source, pairs.source, strict=True):
        assert sorted(words(one)) == sorted(words(other))
        assert one.count(",") == other.count(",")
    full = add_noise(pairs, "translationese", 1, seed)
    for text, links in zip(full.source, full.alignment, strict=True):
        means = [[j for i, j in links if i == k] for k in range(len(words(text)))]
        placed = [sum(found) / len(found) for found in means if found]
        assert placed == sorted(placed)


def test_translationese_by_hand():
    # "the big house" -> "nyumba kubwa hiyo": English order is that, big, house; sana has no link and follows kubwa
    pairs = TextPairs("p", "sw", ("Nyumba kubwa sana hiyo!",), ("that big house",), (((0, 2), (1, 1), (3, 0)),))
    found = add_noise(pairs, "translationese", 1)
    assert found.source == ("hiyo kubwa sana Nyumba!",)
    assert found.alignment == (((0, 0), (1, 1), (3, 2)),)


def test_translationese_finds_its_links_where_there_are_none():
    pairs = TextPairs("p", "sw", ("maji baridi", "maji", "baridi"), ("cold water", "water", "cold"))
    found = add_noise(pairs, "translationese", 1)
    assert found.source == ("baridi maji", "maji", "baridi")
    assert found.alignment is None


def test_the_weights_of_wrong_entries_go_with_them():
    lexicon = Lexicon(
        "w", "sw", {"a": ("x",), "b": ("y",), "c": ("z",)}, weights={"a": (1.0,), "b": (2.0,), "c": (3.0,)}
    )
    own = {"x": 1.0, "y": 2.0, "z": 3.0}
    for severity in (0.4, 1):
        wrong = wrong_entries(lexicon, severity)
        assert wrong.weights == {word: (own[found],) for word, (found,) in wrong.entries.items()}
        assert wrong.entries != lexicon.entries


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=12, unique=True), severities, seeds)
def test_wrong_entries_are_nested_and_the_dose_is_their_share(known, two, seed):
    lexicon = Lexicon("l", "sw", {word: (word.upper(),) for word in known})
    low, high = (wrong_entries(lexicon, severity, seed).entries for severity in two)
    for word, right in lexicon.entries.items():
        assert low[word] in (right, high[word])
    assert sum(low[word] != lexicon.entries[word] for word in known) == round(two[0] * len(known))
    assert wrong_entries(lexicon, 0, seed) is lexicon
    assert wrong_entries(lexicon, 1, seed).entries == shuffled_lexicon(lexicon, seed).entries


PAIRS = TextPairs("p", "sw", ("a", "b"), ("a", "b"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: add_noise(PAIRS, "misalined", 0.1), "unknown noise 'misalined'; did you mean 'misaligned'"),
        (lambda: add_noise(PAIRS, "misaligned", 1.1), r"severity must be in \[0, 1\], got 1.1"),
        (lambda: wrong_entries(Lexicon("l", "sw", {}), float("nan")), r"severity must be in \[0, 1\], got nan"),
        (lambda: add_noise(PAIRS, "other-domain", 0.5), "a mismatch of domain needs other="),
        (lambda: add_noise(PAIRS, "misaligned", 0.5, other=OTHER), "other= is for the noise 'other-domain'"),
        (lambda: add_noise(PAIRS, "other-domain", 1, other=TextPairs("h", "de", (), ())), "h is in de, p in sw"),
        (lambda: add_noise(PAIRS, "other-domain", 1, other=PAIRS.take([0])), "p has 1 pairs, fewer than the 2 that"),
    ],
)
def test_what_cannot_work_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
