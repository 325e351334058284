"""A comparison in, a table to read out: rounded, marked, with a legend."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from clirlab.errors import InputError

ALPHA = 0.05
NONE = float("nan")


def format_comparison(frame: pd.DataFrame) -> str:
    """The frame of `compare` or `compare_scores` as text for terminals and notebooks (to be printed).

    Parameters
    ----------
    frame : DataFrame
        As `compare` gives it.

    Returns
    -------
    str
        One block a measure: mean and difference with their 95 % intervals, p corrected, wins/ties/losses, effect size
        d_z and the smallest difference that the queries can show. ``*`` marks a difference (p < .05, corrected), ``=``
        a system that is shown to be as good as the baseline within the margin. A legend says so.

    Raises
    ------
    InputError
        If it is not such a frame.

    Examples
    --------
    >>> import numpy as np
    >>> from clirlab.evaluation import compare_scores
    >>> a = np.tile([0.2, 0.4], 20)
    >>> print(format_comparison(compare_scores({"a": a, "b": a + np.tile([0.1, 0.2, 0.0, 0.1], 10)}, "a")))
    system  mean   interval  difference        interval       p  better/same/worse   d_z  can show
    a       .300  .270–.330
    b       .400  .350–.448     +.100 *  +.078 to +.120  < .001            30/10/0  1.40      .033
    <BLANKLINE>
    intervals: 95 %; difference: to a; *: p < .05, corrected; can show: smallest true difference shown 4 times in 5
    """
    lacking = [name for name in ("system", "mean", "low", "high", "difference", "p_corrected") if name not in frame]
    if lacking or frame.empty:
        raise InputError(f"not a comparison: {'no column ' + ', '.join(lacking) if lacking else 'it has no rows'}")
    baseline = frame.loc[frame["difference"].isna(), "system"]
    shown = pd.DataFrame({heading: [cell(row) for row in frame.to_dict("records")] for heading, cell in CELLS.items()})
    headings = [heading.removeprefix("of the difference ") for heading in shown]
    widths = [max(len(heading), *shown[name].str.len()) for heading, name in zip(headings, shown, strict=True)]
    lines = [_line(headings, widths)]
    measures = frame["measure"] if "measure" in frame else pd.Series("", index=frame.index)
    for measure in measures.unique():
        lines += [f"-- {measure}"] if measure else []
        lines += [_line(cells, widths) for cells in shown[(measures == measure).to_numpy()].to_numpy()]
    parts = ["intervals: 95 %", f"difference: to {baseline.iloc[0]}" if len(baseline) else "", "*: p < .05, corrected"]
    parts += ["=: as good as that within the margin, p < .05"] if "equivalent" in frame else []
    parts += ["can show: smallest true difference shown 4 times in 5"]
    return "\n".join([*lines, "", "; ".join(part for part in parts if part)])


def _line(cells: list[str], widths: list[int]) -> str:
    first, *others = cells
    return "  ".join([first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(others, widths[1:], strict=True))]).rstrip()


def _number(value: float, sign: bool = False, digits: int = 3) -> str:
    if pd.isna(value):
        return ""
    text = f"{value:{'+' if sign else ''}.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else text


def _difference(row: dict) -> str:
    if pd.isna(row["difference"]):
        return ""
    equivalent = row.get("equivalent", NONE)
    mark = ("*" if row["p_corrected"] < ALPHA else "") + ("=" if pd.notna(equivalent) and equivalent else "")
    return f"{_number(row['difference'], sign=True)} {mark:1}"


def _p(row: dict) -> str:
    p = row["p_corrected"]
    return "" if pd.isna(p) else "< .001" if p < 0.001 else _number(p)


def _interval(row: dict, prefix: str = "", sign: bool = False) -> str:
    low, high = row.get(f"{prefix}low", NONE), row.get(f"{prefix}high", NONE)
    # a dash between signed numbers would read as a minus
    return "" if pd.isna(low) else f"{_number(low, sign)}{' to ' if sign else '–'}{_number(high, sign)}"


def _counts(row: dict) -> str:
    counts = [row.get(name, NONE) for name in ("wins", "ties", "losses")]
    return "" if any(pd.isna(count) for count in counts) else "/".join(str(int(count)) for count in counts)


CELLS: dict[str, Callable[[dict], str]] = {
    "system": lambda row: str(row["system"]),
    "mean": lambda row: _number(row["mean"]),
    "interval": _interval,
    "difference": _difference,
    "of the difference interval": lambda row: _interval(row, "difference_", sign=True),
    "p": _p,
    "better/same/worse": _counts,
    "d_z": lambda row: _number(row.get("effect_size", NONE), digits=2),
    "can show": lambda row: _number(row.get("smallest_difference", NONE)),
}
