"""Sums of squares by hand, against statsmodels' design matrices, and on a large table."""

import time

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.anova import anova_lm

from clirlab.errors import InputError
from clirlab.evaluation import decompose


def table_of(languages=2, arms=3, budgets=2, seeds=2, queries=5, keep=1.0, seed=0):
    generator = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"l{i}" for i in range(languages)], [f"a{i}" for i in range(arms)], range(budgets), range(seeds),
         [f"q{i}" for i in range(queries)]],
        names=["language", "arm", "budget", "seed", "query_id"],
    )  # fmt: skip
    frame = index.to_frame(index=False)
    effects = [
        frame[name].map(dict(zip(frame[name].unique(), generator.normal(size=300), strict=False))) for name in frame
    ]
    frame["value"] = sum(effects) + generator.normal(0, 0.5, len(frame))
    return frame.sample(frac=keep, random_state=seed).reset_index(drop=True)


def peer(frame, formula, sources):
    """statsmodels' type II table of a formula."""
    fitted = OLS.from_formula(formula, frame).fit()
    found = anova_lm(fitted, typ=2)
    return found.loc[sources, ["sum_sq", "df", "F", "PR(>F)"]].to_numpy(), fitted


def ours(frame, sources, **options):
    return (
        decompose(frame, **options).set_index("source").loc[sources, ["sum_sq", "df", "F", "p"]].to_numpy(dtype=float)
    )


@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_crossed_factors_agree_with_statsmodels_balanced_or_not(keep):
    frame = table_of(keep=keep)
    sources = ["language", "arm", "budget", "seed", "query_id"]
    expected, fitted = peer(frame, "value ~ C(language) + C(arm) + C(budget) + C(seed) + C(query_id)",
                            [f"C({name})" for name in sources])  # fmt: skip
    assert ours(frame, sources, nested=False) == pytest.approx(expected)
    table = decompose(frame, nested=False).set_index("source")
    assert table.loc["residual", ["df", "sum_sq"]].tolist() == pytest.approx([fitted.df_resid, fitted.ssr])
    assert table.loc["total", "sum_sq"] == pytest.approx(fitted.centered_tss)


@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_interactions_agree_with_statsmodels(keep):
    frame = table_of(keep=keep)
    expected, _ = peer(frame, "value ~ C(language) * C(arm) + C(query_id)",
                       ["C(language)", "C(arm)", "C(language):C(arm)", "C(query_id)"])  # fmt: skip
    found = ours(frame, ["language", "arm", "arm:language", "query_id"], factors=["language", "arm"], nested=False,
                 interactions=["language:arm"])  # fmt: skip
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("keep", [1.0, 0.6])
def test_queries_within_languages_agree_with_statsmodels(keep):
    frame = table_of(keep=keep)
    # the design matrix of queries within languages is that of one category for each query of each language
    frame["own"] = frame["language"] + frame["query_id"]
    expected, fitted = peer(frame, "value ~ C(own) + C(arm) + C(seed)", ["C(arm)", "C(seed)"])
    factors = ["language", "arm", "seed"]
    assert ours(frame, ["arm", "seed"], factors=factors) == pytest.approx(expected)
    without = OLS.from_formula("value ~ C(arm) + C(seed)", frame).fit().ssr
    with_language = OLS.from_formula("value ~ C(arm) + C(seed) + C(language)", frame).fit().ssr
    table = decompose(frame, factors).set_index("source")
    assert table.loc["language", "sum_sq"] == pytest.approx(without - with_language)
    assert table.loc["query_id", ["sum_sq", "df"]].tolist() == pytest.approx([with_language - fitted.ssr, 2 * 5 - 2])
    # languages are judged by how much queries differ
    mean_square = table.loc["query_id", "sum_sq"] / 8
    assert table.loc["language", "F"] == pytest.approx(table.loc["language", "sum_sq"] / mean_square)


def test_worked_example():
    # arms differ by 2, seeds by 0, queries by 1 in each of two languages; languages by 4; 16 scores, no rest
    rows = [
        (language, arm, seed, query, 4.0 * language + 2 * arm + query)
        for language in (0, 1) for arm in (0, 1) for seed in (0, 1) for query in (0, 1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["language", "arm", "seed", "query_id", "value"])
    table = decompose(frame, ["language", "arm", "seed"]).set_index("source")
    assert table["sum_sq"].to_dict() == pytest.approx(
        {"language": 64, "arm": 16, "seed": 0, "query_id": 4, "residual": 0, "total": 84}, abs=1e-9
    )
    assert table["df"].to_dict() == {"language": 1, "arm": 1, "seed": 1, "query_id": 2, "residual": 10, "total": 15}
    assert table["share"].to_dict() == pytest.approx({name: value / 84 for name, value in table["sum_sq"].items()})
    assert table.loc["language", "F"] == pytest.approx(64 / 2)


def test_a_factor_with_one_level_is_left_out():
    frame = table_of(languages=1, seeds=1)
    assert decompose(frame)["source"].tolist() == ["arm", "budget", "query_id", "residual", "total"]


def test_a_large_table_takes_seconds():
    frame = table_of(languages=4, arms=8, budgets=4, seeds=3, queries=300)
    assert len(frame) > 100_000
    start = time.perf_counter()
    table = decompose(frame, interactions=["language:arm", "arm:budget"])
    assert time.perf_counter() - start < 20
    assert table["share"].iloc[:-1].sum() == pytest.approx(1)  # balanced


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.drop(columns="arm"), {}, "no column arm; the table has language"),
        (lambda f: f.assign(measure=["RR", "AP"] * (len(f) // 2)), {}, r"several values of measure \(RR, AP\); filter"),
        (lambda f: f.assign(scorer=["x", "y"] * (len(f) // 2)), {}, "several values of scorer"),
        (lambda f: f.assign(value=np.nan), {}, "value is empty or has values that are not finite"),
        (lambda f: f.iloc[:0], {}, "value is empty"),
        (lambda f: f.assign(value=1.0), {}, "all scores are equal"),
        (lambda f: f.assign(seed=np.nan), {}, "column seed has empty cells"),
        (
            lambda f: f,
            {"interactions": ["arm:langage"]},
            "unknown factor in the interaction 'arm:langage' 'langage'; did",
        ),
    ],
)
def test_bad_input_is_named(change, options, message):
    with pytest.raises(InputError, match=message):
        decompose(change(table_of()), **options)
