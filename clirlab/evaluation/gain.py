"""Scores of arms, controls and bounds in, what of a gain belongs to the language and how far it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clirlab.errors import InputError
from clirlab.evaluation.resampling import as_table, bootstrap_means, interval_of
from clirlab.evaluation.significance import correct, permutation_tests

COLUMNS = ["arm", "control", "gain", "generic", "specific", "low", "high", "p", "p_corrected"]


def specific_gain(
    arms: Mapping[str, ArrayLike] | ArrayLike,
    controls: Mapping[str, ArrayLike],
    zero_shot: ArrayLike | None = None,
    correction: str = "holm",
    samples: int = 2000,
    permutations: int = 10_000,
    seed: int = 0,
) -> pd.DataFrame:
    """The language-specific gain: an arm's gain minus that of the best generic control of the same size.

    Most of what training in a language seems to bring, training in *any* language (or on misspelt English) brings as
    well. Only what is beyond the best such control says something about the language. Both gains are over zero-shot,
    which cancels: specific = M(arm) − max_c M(c), paired by query.

    The best control is chosen by its mean on the same queries. That makes it look a little better than it is, so that
    the specific gain is biased downwards, if at all. The interval includes the choice: it is made anew in every
    bootstrap sample. For a positive specific gain p is the *largest* of the arm's permutation p-values against each
    control (intersection-union test, Berger 1982): "better than every control" is claimed only where each single
    comparison shows it, and needs no correction for their number. Where every control hurts, what is beyond them is no
    achievement: put zero-shot among the controls. For a negative one it is the p-value against the
    chosen control times the number of controls, since "worse than at least one" had as many chances.

    Parameters
    ----------
    arms : mapping of str to array_like, or array_like, shape (S, Q) or (Q,)
        Scores by seed and query, of one arm or several of the same budget.
    controls : mapping of str to array_like
        Scores of the generic controls of that size: other languages' bitext, misspelt English; for glosses a shuffled
        lexicon.
    zero_shot : array_like, shape (S, Q) or (Q,), optional
        Scores of the untouched encoder: for the columns gain and generic.
    correction : str
        Over the arms, see `compare_scores`.

    Returns
    -------
    DataFrame
        arm, control (the best one), gain and generic (of arm and control over zero-shot, NaN without it), specific,
        low, high (95 % bootstrap over queries and seeds), p, p_corrected.

    Raises
    ------
    InputError
        If there is no control, or not all have the same number of queries.
    ValueError
        If a score is not finite.

    Examples
    --------
    >>> zero = np.tile([0.2, 0.4], 20)
    >>> table = specific_gain(zero + 0.1, {"other language": zero + 0.06, "misspelt": zero + 0.01}, zero)
    >>> table[["control", "gain", "generic", "specific", "p"]].round(4)
              control  gain  generic  specific       p
    0  other language   0.1     0.06      0.04  0.0001
    """
    of_arms = {name: as_table(t) for name, t in (arms if isinstance(arms, Mapping) else {"arm": arms}).items()}
    of_controls = {name: as_table(table) for name, table in controls.items()}
    if not of_controls:
        raise InputError("a language-specific gain needs a generic control, such as other languages' bitext")
    tables = [*of_arms.values(), *of_controls.values()]
    start = None if zero_shot is None else as_table(zero_shot)
    if len(counts := {t.shape[-1] for t in [*tables, *([] if start is None else [start])]}) > 1:
        raise InputError(f"arms and controls must be scored on the same queries; they have {sorted(counts)} of them")
    sampled = bootstrap_means(tables, samples, seed)
    best_sampled = np.max(sampled[len(of_arms) :], axis=0)
    queries = [table.mean(0) for table in tables]
    of_queries = np.stack(queries[len(of_arms) :])
    best = int(of_queries.mean(1).argmax())
    differences = np.stack(queries[: len(of_arms)])[:, None] - of_queries
    tests = permutation_tests(differences.reshape(-1, of_queries.shape[1]), permutations, seed)
    base = np.nan if start is None else start.mean()
    rows = []
    for (arm, table), drawn, p in zip(of_arms.items(), sampled, tests.reshape(len(of_arms), -1), strict=False):
        generic = of_queries[best].mean()
        specific = table.mean() - generic
        p_arm = p.max() if specific > 0 else min(1.0, len(p) * p[best])
        row = (arm, list(of_controls)[best], table.mean() - base, generic - base, specific)
        rows.append((*row, *interval_of(drawn - best_sampled), p_arm))
    frame = pd.DataFrame(rows, columns=COLUMNS[:-1])
    return frame.assign(p_corrected=correct(frame["p"], correction))


class GapClosed(NamedTuple):
    """How much of the way from zero-shot to the human bound an arm goes.

    Attributes
    ----------
    share : float
        1 where the bound is reached, 0 where nothing is gained; NaN where there is no gap.
    low, high : float
        95 % bootstrap interval over queries and seeds; NaN where the gap is not shown to be positive.
    gap, gap_low, gap_high : float
        M(human) − M(zero-shot) with its interval.
    verdict : str
        A sentence that says whether the share can be read.
    """

    share: float
    low: float
    high: float
    gap: float
    gap_low: float
    gap_high: float
    verdict: str


def gap_closed(arm: ArrayLike, zero_shot: ArrayLike, human: ArrayLike, samples: int = 2000, seed: int = 0) -> GapClosed:
    """The share of the gap between zero-shot and human translation that an arm closes.

    (M(arm) − M(zero-shot)) / (M(human) − M(zero-shot)): a ratio of means, not a mean of ratios, since single queries
    have no gap or a negative one. Each bootstrap sample draws the queries once for all three, and the seeds of each.

    Parameters
    ----------
    arm, zero_shot, human : array_like, shape (S, Q) or (Q,)
        Scores of the same queries; `human` is what human translations of them score.

    Raises
    ------
    ValueError
        If they do not have the same number of queries, or a score is not finite.

    Examples
    --------
    >>> queries = np.tile([0.2, 0.4], 20)
    >>> closed = gap_closed(queries + 0.1, queries, queries + 0.4)
    >>> round(closed.share, 3), closed.verdict
    (0.25, '25 % of the gap is closed')
    """
    means = [as_table(scores).mean() for scores in (arm, zero_shot, human)]
    arms, starts, bounds = bootstrap_means([arm, zero_shot, human], samples, seed)
    gap, gaps = float(means[2] - means[1]), bounds - starts
    gap_low, gap_high = interval_of(gaps)
    share = float((means[0] - means[1]) / gap) if gap > 0 else float("nan")
    if gap <= 0:
        verdict = "there is no gap: human translations score no better than zero-shot, so no share can be given"
    elif gap_low <= 0:
        verdict = f"the gap ({gap:.3f}) is not shown to be above 0 on these queries, so the share has no interval"
    else:
        gains = arms - starts
        # a sample without a gap is beyond every share; such samples are fewer than a tail of the interval holds
        shares = np.divide(gains, gaps, out=np.copysign(np.inf, gains), where=gaps > 0)
        low, high = (float(np.quantile(shares, tail, method="nearest")) for tail in (0.025, 0.975))
        return GapClosed(share, low, high, gap, gap_low, gap_high, f"{100 * share:.0f} % of the gap is closed")
    return GapClosed(share, float("nan"), float("nan"), gap, gap_low, gap_high, verdict)
