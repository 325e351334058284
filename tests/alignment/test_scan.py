import numpy as np
import pytest

from clirlab.alignment import AlignmentSetting, align, scan, score_alignment
from clirlab.corpora import GoldAlignment
from clirlab.errors import InputError

PAIRS = [
    (["the", "cat", "sleeping"], ["a", "dog", "barked", "on"]),
    (["a", "roof"], ["under", "the", "roof"]),
    (["dogs", "on", "the", "roof"], ["cats", "under", "a", "roof"]),
    ([], ["cat"]),
]
SURE = [{(0, 0), (1, 1)}, {(1, 2)}, {(3, 3), (0, 0)}, set()]
POSSIBLE = [{(2, 2)}, {(0, 1)}, set(), set()]
METHODS = {
    "cosine": {"method": "cosine"},
    "exact position=1.0": {"method": "exact", "position": 1.0},
    "sinkhorn epsilon=0.5 center=True": {"method": "sinkhorn", "epsilon": 0.5, "center": True},
}
READINGS = {
    "argmax": {"how": "argmax"},
    "itermax alpha=0.6": {"how": "itermax", "parameters": {"alpha": 0.6}},
    "mass threshold=0.3": {"how": "mass", "parameters": {"threshold": 0.3}},
}


@pytest.fixture
def gold():
    source, target = zip(*PAIRS, strict=True)
    words = (tuple(map(tuple, side)) for side in (source, target))
    links = (tuple(map(frozenset, kind)) for kind in (SURE, POSSIBLE))
    return GoldAlignment("toy", *words, *links)


def test_every_row_is_what_align_and_the_measures_give(tiny, gold):
    readings = [{"how": reading["how"]} | reading.get("parameters", {}) for reading in READINGS.values()]
    methods = ["cosine", *(METHODS[name] for name in METHODS if name != "cosine")]
    table = scan(tiny, [gold, gold.take([1, 0])], layers=[0, 2], methods=methods, extractions=readings)
    # three methods and three extractions, but no mass of a cosine
    assert len(table) == 2 * 2 * (3 * 3 - 1)
    assert set(table["method"]) == set(METHODS)
    assert set(table["how"]) == set(READINGS)
    for row in table[table["sentences"] == 4].itertuples():
        base = AlignmentSetting(method="cosine", position=0, marginals="uniform", layer=row.layer)
        found = list(align(tiny, gold.pairs, base.changed(**METHODS[row.method] | READINGS[row.how])))
        expected = score_alignment([result.links for result in found], gold)["value"]
        assert [row.precision, row.recall, row.F1, row.AER] == pytest.approx(expected.tolist())
        spread = [result.perplexity for result in found if result.perplexity == result.perplexity]
        assert row.perplexity == pytest.approx(np.mean(spread) if spread else np.nan, nan_ok=True, rel=1e-4)


def test_all_layers_and_one_set_where_none_are_named(tiny, gold):
    table = scan(tiny, gold, methods=["cosine"], extractions=["match"])
    assert table[["set", "layer", "sentences"]].values.tolist() == [["toy", layer, 4] for layer in (0, 1, 2)]
    assert table["perplexity"].isna().all()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"layers": [3]}, "layer 3: .* has layers 0 to 2"),
        ({"methods": ["cosin"]}, "unknown alignment method 'cosin'; did you mean 'cosine'"),
        (
            {"methods": [{"method": "exact", "epsylon": 1}]},
            "unknown alignment setting 'epsylon'; did you mean 'epsilon'",
        ),
        ({"methods": [{"epsilon": 1}]}, "{'epsilon': 1} has no key 'method'"),
        ({"extractions": ["argmx"]}, "unknown extraction 'argmx'; did you mean 'argmax'"),
        ({"extractions": [{"how": "mass", "alpha": 1}]}, "unknown parameter of the extraction mass 'alpha'"),
    ],
)
def test_a_wrong_choice_is_named(tiny, gold, choice, message):
    with pytest.raises(InputError, match=message):
        scan(tiny, gold, **choice)
