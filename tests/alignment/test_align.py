from itertools import count, islice

import numpy as np
import pytest
import torch

from clirlab.alignment import DEFAULT, AlignmentSetting, align, extract, score_alignment, to_words
from clirlab.alignment.align import CHUNK, is_diffuse, token_cost
from clirlab.corpora import load_gold
from clirlab.errors import InputError
from clirlab.models import TokenBatch, load_encoder
from clirlab.transport import cosine_cost, solve

WORDS = ["the", "a", "cats", "dog", "sleeping", "barked", "on", "under", "roofs"]
COSINE = AlignmentSetting(method="cosine", position=0, marginals="uniform")


def sentences(n, seed=0):
    """Pairs of 1 to 5 words each, which the tiny encoder need not cut."""
    generator = np.random.default_rng(seed)
    return [tuple(generator.choice(WORDS, generator.integers(1, 6)).tolist() for _ in range(2)) for _ in range(n)]


def slowly(encoder, pair, layer, read):
    """One pair by itself: `read` gives links of sub-words from the vectors of both sides."""
    batches = [encoder.encode([" ".join(words)], layer=layer) for words in pair]
    vectors = [batch.content(0)[1] for batch in batches]
    words = [[word for word in batch.word_ids[0] if word is not None] for batch in batches]
    return to_words(read(*vectors), *words)


def positioned(x, y):
    cost = cosine_cost(x, y)
    i, j = ((torch.arange(len(v)) + 0.5) / len(v) for v in (x, y))
    return cost + 0.7 * cost.std(correction=0) * (i[:, None] - j).abs()


WAYS = {
    "cosine": (COSINE, lambda x, y: extract((1 + x @ y.T) / 2, "argmax")),
    "cosine, itermax": (COSINE.changed(how="itermax"), lambda x, y: extract((1 + x @ y.T) / 2, "itermax")),
    "position": (COSINE.changed(position=0.7), lambda x, y: extract(1 - positioned(x, y) / 2, "argmax")),
    "exact, mass": (
        COSINE.changed(method="exact", how="mass", parameters={"threshold": 0.3}),
        lambda x, y: extract(solve(cosine_cost(x, y)), "mass", threshold=0.3),
    ),
    "sinkhorn": (
        COSINE.changed(method="sinkhorn", epsilon=0.5),
        # a side of one token leaves a plan no choice
        lambda x, y: (
            extract(solve(cosine_cost(x, y), "sinkhorn", 0.5, relative_to="std"), "argmax")
            if min(len(x), len(y)) > 1
            else extract((1 + x @ y.T) / 2, "argmax")
        ),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_batches_give_what_each_pair_gives_by_itself_and_in_order(tiny, way):
    setting, read = WAYS[way]
    pairs = sentences(40)
    found = [result.links for result in align(tiny, pairs, setting, layer=1, batch_size=7)]
    assert found == [slowly(tiny, pair, 1, read) for pair in pairs]


def test_norms_may_be_the_marginals(tiny):
    pair = sentences(1, seed=3)[0]
    x, y = (tiny.encode([" ".join(words)], layer=1) for words in pair)
    a, b = (batch.norms[0][batch.mask[0]] for batch in (x, y))
    plan = solve(cosine_cost(x.content(0)[1], y.content(0)[1]), a=a / a.sum(), b=b / b.sum())
    found = next(align(tiny, [pair], COSINE, layer=1, method="exact", marginals="norm", how="threshold"))
    words = [[word for word in batch.word_ids[0] if word is not None] for batch in (x, y)]
    assert found.links == to_words(extract(plan, "threshold"), *words)
    assert found.perplexity == pytest.approx(plan.perplexity.item(), rel=1e-4)


def test_centring_subtracts_the_mean_of_the_chunk(tiny):
    pairs = sentences(20)
    tokens = [tiny.encode([" ".join(pair[side]) for pair in pairs], layer=2) for side in (0, 1)]
    mean = torch.cat([batch.vectors[batch.mask] for batch in tokens]).mean(0)
    found = [result.links for result in align(tiny, pairs, COSINE, layer=2, center=True, batch_size=6)]

    def read(x, y):
        return extract(1 - cosine_cost(x, y, mean) / 2, "argmax")

    assert found == [slowly(tiny, pair, 2, read) for pair in pairs]
    assert found != [result.links for result in align(tiny, pairs, COSINE, layer=2)]


def test_no_more_than_a_chunk_is_read_ahead_or_kept(tiny):
    taken = []

    def endless():
        for number in count():
            taken.append(number)
            yield ["the", "cat"], ["a", "dog", "sleep"]

    results = align(tiny, endless(), layer=1)
    assert not taken
    assert len(list(islice(results, CHUNK + 1))) == CHUNK + 1
    assert len(taken) == 2 * CHUNK


def test_empty_sides_and_words_without_pieces_have_no_links():
    encoder = load_encoder("e5-small")
    # the tokenizer drops the control character; the words behind it keep their numbers
    pairs = [
        ([], ["maji"]),
        (["water"], []),
        (["\x07"], ["maji"]),
        (["\x07", "water"], ["\x07", "\x07", "maji"]),
        ([], []),
    ]
    assert [result.links for result in align(encoder, pairs)] == [set(), set(), set(), {(1, 2)}, set()]


def test_signs_count_as_words():
    words = ["'", "…", "l'", "o'clock", "¿", "10,5", "%", "’s", "—", "日本", "e.g."]
    found = next(align(load_encoder("e5-small"), [(words, words)], COSINE, layer=0))
    assert found.links >= {(k, k) for k in range(len(words))}


def test_a_plan_that_says_nothing_is_called_diffuse(tiny):
    pairs = [(["the", "cat", "sleep"], ["a", "dog", "bark", "on"])]
    sharp, flat = (next(align(tiny, pairs, layer=1, method="sinkhorn", epsilon=e)) for e in (0.01, 100))
    assert not sharp.diffuse
    assert 1 <= sharp.perplexity < 2
    assert flat.diffuse
    assert flat.perplexity == pytest.approx(4, abs=0.01)
    similar = next(align(tiny, pairs, COSINE, layer=1))
    assert not similar.diffuse
    assert np.isnan(similar.perplexity)


def test_a_plan_is_not_called_diffuse_for_what_its_marginals_force():
    # one row over three columns, and two rows over four, which must share out their mass
    assert not is_diffuse(3.0, m=1, n=3)
    assert not is_diffuse(2.0, m=2, n=4)
    assert is_diffuse(3.1, m=2, n=4)


@pytest.mark.parametrize("method", ["exact", "sinkhorn"])
def test_a_single_word_goes_to_the_one_most_like_it(tiny, method):
    # its plan is uniform whatever the cost, and would give the first column
    pair = ["roof"], ["cat", "sleep", "roof", "bark"]
    for setting in (COSINE, COSINE.changed(method=method)):
        assert next(align(tiny, [pair], setting, layer=0)).links == {(0, 2)}
        assert next(align(tiny, [pair[::-1]], setting, layer=0)).links == {(2, 0)}


def test_the_cost_of_position_by_hand():
    # cosines 1, 0, 0 and 1: costs 0, 1, 1, 0 with deviation .5; middles at 1/4 and 3/4, half a sentence apart
    eye = torch.eye(2)[None]
    padded = torch.cat([eye, torch.zeros(1, 1, 2)], dim=1)

    def batch(vectors, mask):
        return TokenBatch(vectors, vectors.norm(dim=-1), torch.tensor(mask), torch.tensor(mask), [[]], [[]])

    cost = token_cost(batch(eye, [[True, True]]), batch(padded, [[True, True, False]]), position=2.0)
    assert cost[0, :, :2].tolist() == [[0, 1.5], [1.5, 0]]


def test_the_default_layer_is_as_deep_in_other_encoders(tiny):
    assert DEFAULT.layer_of(load_encoder("e5-small")) == 7
    assert DEFAULT.layer_of(tiny) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layr": 1}, "unknown alignment setting 'layr'; did you mean 'layer'"),
        ({"layer": 3}, "layer 3: .* has layers 0 to 2"),
        ({"method": "sinkhon"}, "unknown alignment method 'sinkhon'; did you mean 'sinkhorn'"),
        ({"marginals": "norms"}, "unknown marginals 'norms'; did you mean 'norm'"),
        ({"relative_to": "sd"}, "unknown relative_to 'sd'; did you mean 'std'"),
        ({"how": "mach"}, "unknown extraction 'mach'; did you mean 'match'"),
        ({"how": "match", "parameters": {"alpha": 1}}, "unknown parameter of the extraction match 'alpha'"),
        ({"epsilon": 0}, "epsilon must be positive, got 0"),
        ({"strength": 0}, "strength must be positive, got 0"),
        ({"mass": 1.5}, r"mass must be in \(0, 1\], got 1.5"),
        ({"how": "mass", "parameters": {"threshold": 1}}, r"threshold must be in \[0, 1\), got 1"),
        ({"position": -1}, "position must be at least 0, got -1"),
        ({"method": "cosine", "how": "mass"}, "mass reads the shares of a transport plan"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_read(tiny, changes, message):
    with pytest.raises(InputError, match=message):
        align(tiny, iter([]), **changes)


@pytest.mark.parametrize("word", ["", "a b", "a\u00a0b", " "])
def test_a_word_that_is_none_is_named_with_its_pair(tiny, word):
    pairs = [(["cat"], ["dog"])] * CHUNK + [(["cat", word], ["dog"])]
    with pytest.raises(InputError, match=f"sentence pair {CHUNK + 1}: .* is no word: it is empty or holds a blank"):
        list(align(tiny, pairs, layer=1))


def test_real_sentences_are_aligned_about_as_well_as_measured(data_root):
    gold, encoder = load_gold("xlwa/en/nl/dev", data_root), load_encoder("e5-small")
    errors = []
    for setting in (DEFAULT, COSINE):
        found = [result.links for result in align(encoder, gold.pairs, setting)]
        errors.append(score_alignment(found, gold).loc["AER", "value"])
    assert errors == pytest.approx([0.055, 0.067], abs=0.006)
    assert errors[0] < errors[1] - 0.005
