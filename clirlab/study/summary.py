"""A results table in, what a reader wants to know out: comparison tables, curves, and a sentence for each language."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from langcodes import Language
from numpy.typing import NDArray

from clirlab.corpora.languages import language_code
from clirlab.errors import InputError
from clirlab.evaluation import bootstrap_interval, compare_scores, correct, gap_closed, specific_gain
from clirlab.study.arms import ArmConfig, controls_of, untouched_of
from clirlab.study.results import Results

BASELINE = "zero-shot"
SIGNIFICANT = 0.05
PAIR = re.compile(r"[a-z]{2,3}-[a-z]{2,3}")
CLOSED = ["closed", "closed_low", "closed_high"]
Scores = Mapping[tuple[str, int], NDArray[np.float64]]


def score_matrix(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Scores of one arm, budget, severity, scorer and measure as an array: one row a seed, one column a query."""
    return rows.pivot(index="seed", columns="query_id", values="value").to_numpy(dtype=float)


def primary(results: Results, **where: object) -> pd.DataFrame:
    """The rows of the first scorer and measure of the configuration, where the columns have these values."""
    frame = with_axes(results.frame)
    where = {"scorer": results.config.scorers[0], "measure": results.config.measures[0]} | where
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def with_axes(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with the columns dial and noise, which one of an earlier version lacks."""
    filled = {axis: frame[axis].fillna(0.0) if axis in frame else 0.0 for axis in ("dial", "noise")}
    return frame.assign(**filled)


def as_given(rows: pd.DataFrame, results: Results) -> pd.DataFrame:
    """The rows of undamaged supervision and of each language at its first dial: as it is, for all but a few studies."""
    first = {language: own.dials[0] for language, own in results.config.languages.items()}
    return rows[(rows["noise"] == 0) & (rows["dial"] == rows["language"].map(first))]


def at_largest_budget(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each arm at the largest budget at which it was run."""
    return rows[rows["budget"] == rows.groupby("arm")["budget"].transform("max")]


def undamaged_and(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one kind of damage, and those of undamaged queries, which stand under the first kind."""
    return rows[(rows["perturbation"] == kind) | (rows["severity"] == 0)]


def comparison(
    results: Results, language: str, scorer: str, measure: str, dial: float | None = None, noise: float = 0.0
) -> pd.DataFrame:
    """Every arm at every budget against zero-shot, its best generic control and the human bound, on undamaged queries.

    Parameters
    ----------
    dial : float, optional
        Of the language, for zero-shot, arms and controls alike; its first one where not given.
    noise : float
        Share of damaged supervision, for arms and controls alike.

    Returns
    -------
    DataFrame
        - arm, budget and the columns of `clirlab.evaluation.compare_scores` but its system; corrected over this table.
        - control, specific, specific_low, specific_high, p_specific: see `clirlab.evaluation.specific_gain`, against
          the arm's controls at the same budget; corrected in a family of its own. NaN where no control was run, and for
          controls and bounds.
        - closed, closed_low, closed_high: share of the gap to the human bound, see `clirlab.evaluation.gap_closed`;
          NaN where no bound was run.
    """
    dial = results.config.languages[language].dials[0] if dial is None else dial
    rows = primary(results, language=language, severity=0.0, scorer=scorer, measure=measure, dial=dial)
    rows = rows[(rows["noise"] == noise) | ~_spending(rows, results)]
    scores = {key: score_matrix(part) for key, part in rows.groupby(["arm", "budget"])}
    arms = results.config.arms
    order = [(arm, budget) for arm in arms for budget in results.config.budgets]
    scores = {key: scores[key] for key in order if key in scores}
    table = compare_scores({f"{arm} {budget}": score for (arm, budget), score in scores.items()}, f"{BASELINE} 0")
    table[["arm", "budget"]] = list(scores)
    names = ["control", "specific", "specific_low", "specific_high", "p_specific"]
    table[names] = [_specific(arm, budget, scores, arms) for arm, budget in scores]
    table["p_specific"] = correct(table["p_specific"].astype(float))
    bound = next((scores[name, 0] for name, arm in arms.items() if arm.is_bound and (name, 0) in scores), None)
    closed = [_closed(score, scores[BASELINE, 0], bound) for score in scores.values()]
    table[["closed", "closed_low", "closed_high"]] = closed
    table.loc[
        (table["arm"] == BASELINE) | table["arm"].map({name: arm.is_bound for name, arm in arms.items()}), CLOSED
    ] = np.nan
    return table[["arm", "budget", *table.columns.drop(["arm", "budget", "system"])]]


def _specific(arm: str, budget: int, scores: Scores, arms: dict[str, ArmConfig]) -> tuple:
    controls = {name: scores[name, budget] for name in controls_of(arm, arms) if (name, budget) in scores}
    if not controls:
        return None, np.nan, np.nan, np.nan, np.nan
    # a control that does harm, such as a shuffled gloss, must not make an arm look better than its plain gain
    start = untouched_of(arm, arms)
    controls[start] = scores[start, 0] if (start, 0) in scores else scores[BASELINE, 0]
    found = specific_gain(scores[arm, budget], controls).iloc[0]
    return found["control"], found["specific"], found["low"], found["high"], found["p"]


def _closed(score: NDArray, start: NDArray, bound: NDArray | None) -> tuple[float, float, float]:
    if bound is None:
        return np.nan, np.nan, np.nan
    found = gap_closed(score, start, bound)
    return found.share, found.low, found.high


def budget_curves(results: Results) -> pd.DataFrame:
    """Quality over the budget, undamaged: arm, panel (language and dial), x (translated words), mean, low, high.

    Every arm that spends words begins at budget 0, where it is the zero-shot encoder; one that spends none is level.
    """
    rows = primary(results, severity=0.0, noise=0.0)
    start = rows[rows["arm"] == BASELINE]
    arms = results.config.arms
    spending = _spending(rows, results)
    parts = [rows[spending], *(start.assign(arm=name) for name, arm in arms.items() if arm.spends)]
    level = rows[~spending & (rows["arm"] != BASELINE)]
    parts += [level.assign(budget=budget) for budget in results.config.budgets]
    curves = pd.concat(parts)
    # where no remedy was run, the one point of zero-shot is all there is to show
    return _points(curves if len(curves) else start, "budget", results)


def severity_curves(results: Results, kind: str | None = None) -> pd.DataFrame:
    """Quality over the severity of a perturbation (the study's first), each arm at its largest budget."""
    rows = primary(results, noise=0.0)
    rows = rows[(rows["budget"] == results.config.budgets[-1]) | ~_spending(rows, results)]
    return _points(undamaged_and(kind or results.config.perturbation.kind, rows), "severity", results)


def dial_curves(results: Results) -> pd.DataFrame:
    """Quality as a language is made unknown, undamaged: each arm at its largest budget, one panel a language.

    Empty where no language is asked at several dials.
    """
    turned = [language for language, own in results.config.languages.items() if len(own.dials) > 1]
    rows = at_largest_budget(primary(results, severity=0.0, noise=0.0))
    return _points(rows[rows["language"].isin(turned)], "dial", results)


def noise_curves(results: Results) -> pd.DataFrame:
    """Quality as the supervision gets worse, undamaged queries: each arm at its largest budget; others are level.

    Empty where no supervision was damaged.
    """
    shares = results.config.noise.shares
    rows = at_largest_budget(primary(results, severity=0.0)) if len(shares) > 1 else primary(results).iloc[:0]
    spending = _spending(rows, results)
    level = [rows[~spending].assign(noise=share) for share in shares]
    return _points(pd.concat([rows[spending], *level]), "noise", results)


def _spending(rows: pd.DataFrame, results: Results) -> pd.Series:
    """Whether the arm of each row buys translated words."""
    return rows["arm"].map({name: arm.spends for name, arm in results.config.arms.items()}).astype(bool)


def _points(rows: pd.DataFrame, x: str, results: Results) -> pd.DataFrame:
    points = []
    panels = ["language"] if x == "dial" else ["language", "dial"]
    for key, part in rows.groupby([*panels, "arm", x], sort=False):
        *place, arm, value = key if isinstance(key, tuple) else (key,)
        scores = score_matrix(part)
        points.append((arm, panel_of(*place), value, scores.mean(), *bootstrap_interval(scores)))
    frame = pd.DataFrame(points, columns=["arm", "panel", "x", "mean", "low", "high"])
    languages = results.config.languages.items()
    titles = dict.fromkeys([panel_of(code, dial) for code, own in languages for dial in (0.0, *own.dials)])
    order = {"panel": list(titles), "arm": list(results.config.arms)}
    places = pd.DataFrame({column: frame[column].map(names.index) for column, names in order.items()})
    return frame.loc[places.assign(x=frame["x"]).sort_values(["panel", "arm", "x"]).index].reset_index(drop=True)


def panel_of(language: str, dial: float = 0.0) -> str:
    """A language at a dial, as figures show it.

    Examples
    --------
    >>> panel_of("de"), panel_of("de", 0.5)
    ('German (de)', 'German (de), made unknown by .5')
    """
    return title_of(language) + (f", made unknown by {f'{dial:g}'.removeprefix('0')}" if dial else "")


def title_of(language: str) -> str:
    """A language's English name with its code, as tables and figures show it; so for a pair; other names as they are.

    Examples
    --------
    >>> title_of("so"), title_of("de-en"), title_of("mine")
    ('Somali (so)', 'German → English (de-en)', 'mine')
    """
    codes = language.split("-") if PAIR.fullmatch(language) else [language]
    try:
        for code in codes:
            language_code(code)
    except InputError:
        return language
    return f"{' → '.join(Language.get(code, normalize=False).display_name() for code in codes)} ({language})"


def verdict(results: Results, language: str) -> str:
    """What the data of this language do and do not show, at the largest budget: a sentence for each dial."""
    dials = results.config.languages[language].dials
    sentences = [f"{panel_of(language, dial)}: {_shown(results, language, dial)}" for dial in dials]
    return " ".join([*sentences, *_shown_of_noise(results, language)])


def _shown_of_noise(results: Results, language: str) -> list[str]:
    """What is left of the gains where most of the supervision is damaged, if any was."""
    share, measure = results.config.noise.shares[-1], results.config.measures[0]
    if not share:
        return []
    table = comparison(results, language, results.config.scorers[0], measure, noise=share)
    arms = results.config.arms
    table = table[[arms[arm].spends and not arms[arm].is_control for arm in table["arm"]]]
    if table.empty:
        return []
    at = table[table["budget"] == table["budget"].max()]
    gains = at[(at["p_corrected"] < SIGNIFICANT) & (at["difference"] > 0)]
    told = f"a gain is still shown for {_listed(gains)}" if len(gains) else "no gain is shown"
    return [f"With {share:.0%} of the supervision damaged ({results.config.noise.kind}), {told}."]


def _shown(results: Results, language: str, dial: float) -> str:
    measure = results.config.measures[0]
    table = comparison(results, language, results.config.scorers[0], measure, dial)
    zero_shot = table.loc[table["arm"] == BASELINE, "mean"].iloc[0]
    arms = results.config.arms
    table = table[[arms[arm].spends and not arms[arm].is_control for arm in table["arm"]]]
    if table.empty:
        alone = f"only zero-shot was run ({measure} {zero_shot:.3f})"
        return f"{alone}, which says nothing about any remedy."
    at = table[table["budget"] == table["budget"].max()]
    gains = at[(at["p_corrected"] < SIGNIFICANT) & (at["difference"] > 0)]
    losses = at[(at["p_corrected"] < SIGNIFICANT) & (at["difference"] < 0)]
    parts = [f"with {int(at['budget'].iloc[0]):,} translated words "]
    if len(gains):
        parts.append(f"{_listed(gains)} {_verb('raise', gains)} {measure} over zero-shot ({zero_shot:.3f})")
    else:
        parts.append(f"no remedy is shown to raise {measure} over zero-shot ({zero_shot:.3f})")
    if len(losses):
        parts.append(f", and {_listed(losses)} {_verb('lower', losses)} it")
    if at["specific"].isna().all():
        parts.append("; without a generic control it is not shown that any gain comes from the language itself")
    elif len(own := at[(at["p_specific"] < SIGNIFICANT) & (at["specific"] > 0)]):
        parts.append(f"; beyond what the generic controls bring, a gain is shown for {_listed(own, 'specific')}")
    else:
        parts.append("; a gain beyond what the generic controls bring is not shown for any of them")
    return "".join(parts) + "."


def _verb(verb: str, subjects: pd.DataFrame) -> str:
    return f"{verb}s" if len(subjects) == 1 else verb


def _listed(rows: pd.DataFrame, column: str = "difference") -> str:
    p = {"difference": "p_corrected", "specific": "p_specific"}[column]
    return " and ".join(f"{r['arm']} ({r[column]:+.3f}, p = {max(r[p], 1e-4):.2g})" for _, r in rows.iterrows())
