"""A frame in, the table of a paper out: LaTeX (booktabs), CSV and Markdown, with every text as it is."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from clirlab.errors import unknown_name
from clirlab.figures.labels import plain
from clirlab.files import write_aside

LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    "–": "--", "…": r"\ldots{}", "≥": r"$\geq$", "≤": r"$\leq$", "−": r"$-$", "∞": r"$\infty$", "→": r"$\to$",
    "↵": r"$\hookleftarrow$", "⇥": r"$\mapsto$", "[": "{[}", "]": "{]}",
}  # fmt: skip
MARKDOWN = {**{mark: f"\\{mark}" for mark in r"\`*_{}[]()#+!|~$"}, "<": "&lt;", ">": "&gt;", "&": "&amp;"}


def latex_text(text: object) -> str:
    """A text as LaTeX that prints it.

    Examples
    --------
    >>> print(latex_text("50 % of a_b & <c>"))
    50 \\% of a\\_b \\& \\textless{}c\\textgreater{}
    """
    return "".join(LATEX.get(character, character) for character in plain(text))


def markdown_text(text: object) -> str:
    """A text as Markdown that shows it, inside a table too.

    Examples
    --------
    >>> print(markdown_text("a|b <i>"))
    a\\|b &lt;i&gt;
    """
    return "".join(MARKDOWN.get(character, character) for character in plain(text))


def number_text(value: object, digits: int = 3) -> str:
    """A cell as it is printed: a number with so many digits, whole numbers whole, a dash where there is none.

    Examples
    --------
    >>> [number_text(value) for value in (0.12345, 20000, None, "optical")]
    ['0.123', '20,000', '–', 'optical']
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "–"
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, float) or type(value).__name__.startswith("float"):
        return "∞" if value == float("inf") else f"{value:.{digits}f}".replace("-", "−")
    if isinstance(value, int) or type(value).__name__.startswith(("int", "uint")):
        return f"{value:,}".replace("-", "−")
    return str(value)


def latex_table(frame: pd.DataFrame, caption: str = "", label: str = "", digits: int = 3) -> str:
    """A table environment for ``\\usepackage{booktabs}``; texts to the left, numbers to the right.

    Text in other scripts needs XeLaTeX or LuaLaTeX and a font that holds it.

    Examples
    --------
    >>> print(latex_table(pd.DataFrame({"arm": ["a_b"], "mean": [0.5]}), "Scores", "tab:scores"))
    \\begin{table}
      \\centering
      \\caption{Scores}
      \\label{tab:scores}
      \\begin{tabular}{lr}
        \\toprule
        arm & mean \\\\
        \\midrule
        a\\_b & 0.500 \\\\
        \\bottomrule
      \\end{tabular}
    \\end{table}
    """
    sides = "".join("r" if pd.api.types.is_numeric_dtype(frame[column]) else "l" for column in frame)
    rows = [_cells(row, latex_text, digits) for row in frame.itertuples(index=False)]
    lines = [
        "\\begin{table}",
        "  \\centering",
        *([f"  \\caption{{{latex_text(caption)}}}"] if caption else []),
        *([f"  \\label{{{label}}}"] if label else []),
        f"  \\begin{{tabular}}{{{sides}}}",
        "    \\toprule",
        f"    {' & '.join(map(latex_text, frame.columns))} \\\\",
        "    \\midrule",
        *(f"    {' & '.join(row)} \\\\" for row in rows),
        "    \\bottomrule",
        "  \\end{tabular}",
        "\\end{table}",
    ]
    return "\n".join(lines)


def markdown_table(frame: pd.DataFrame, digits: int = 3) -> str:
    """A pipe table, as GitHub and most others read it.

    Examples
    --------
    >>> print(markdown_table(pd.DataFrame({"arm": ["a"], "mean": [0.5]})))
    | arm | mean |
    | :-- | --: |
    | a | 0.500 |
    """
    sides = ["--:" if pd.api.types.is_numeric_dtype(frame[column]) else ":--" for column in frame]
    rows = [list(map(markdown_text, frame.columns)), sides]
    rows += [_cells(row, markdown_text, digits) for row in frame.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def html_table(frame: pd.DataFrame, caption: str, digits: int = 3) -> str:
    """A table with headers for people who hear it; every text is escaped and keeps its direction to itself.

    Examples
    --------
    >>> "<td>0.500</td>" in html_table(pd.DataFrame({"arm": ["<a>"], "mean": [0.5]}), "Scores")
    True
    """
    text = [not pd.api.types.is_numeric_dtype(frame[column]) for column in frame]
    head = "".join(
        f'<th scope="col"{_class(left)}>{html.escape(plain(column))}</th>'
        for column, left in zip(frame, text, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td{_class(left)}>{f'<bdi>{cell}</bdi>' if left else cell}</td>"
            for cell, left in zip(_cells(row, lambda t: html.escape(plain(t)), digits), text, strict=True)
        )
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return (
        f"<table><caption>{html.escape(plain(caption))}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table>"
    )


def _class(left: bool) -> str:
    return ' class="text"' if left else ""


def _cells(row: Sequence[object], escape: Callable[[object], str], digits: int) -> list[str]:
    return [escape(number_text(value, digits)) for value in row]


TABLES = ("csv", "md", "tex")


def save_table(
    frame: pd.DataFrame, folder: str | Path, name: str, formats: Sequence[str] = TABLES, caption: str = ""
) -> list[Path]:
    """Write a frame as ``folder/name.{format}``: all digits in CSV, three in Markdown and LaTeX.

    Raises
    ------
    InputError
        If a format is not csv, md or tex.
    """
    written = []
    for form in formats:
        if form not in TABLES:
            raise unknown_name("table format", form, TABLES)
        path = Path(folder) / f"{name}.{form}"
        with write_aside(path) as partial:
            if form == "csv":
                frame.to_csv(partial, index=False, lineterminator="\n")
            elif form == "md":
                partial.write_text(markdown_table(frame) + "\n", encoding="utf-8")
            else:
                partial.write_text(latex_table(frame, caption, f"tab:{name}") + "\n", encoding="utf-8")
        written.append(path)
    return written
