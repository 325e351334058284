"""Tables of a paper: every text as it is, in all three formats."""

import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest
from hostile import HOSTILE

from clirlab.errors import InputError
from clirlab.figures.labels import plain
from clirlab.figures.tables import html_table, latex_table, markdown_table, save_table

FRAME = pd.DataFrame({"arm": list(HOSTILE.values()), "mean": 0.5, "difference": -0.05, "words": 20_000})


class Cells(HTMLParser):
    """The texts of all body cells of a table."""

    def __init__(self):
        super().__init__()
        self.cells, self.inside = [], False

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "td" if tag in ("td", "th") else self.inside
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "td"

    def handle_data(self, data):
        if self.inside:
            self.cells[-1] += data


def test_html_shows_each_text():
    reader = Cells()
    reader.feed(html_table(FRAME, "a <caption> & more"))
    assert reader.cells[::4] == [plain(text) for text in HOSTILE.values()]
    assert reader.cells[1:4] == ["0.500", "−0.050", "20,000"]


def test_markdown_has_a_row_a_line_and_four_cells_a_row():
    lines = markdown_table(FRAME).splitlines()
    assert len(lines) == len(FRAME) + 2
    assert {len([c for c in line.replace(r"\|", "").replace("\\\\", "") if c == "|"]) for line in lines} == {5}
    assert "<script>" not in markdown_table(FRAME)


def test_latex_leaves_no_special_character_bare():
    rows = latex_table(FRAME).partition("\\midrule")[2].partition("\\bottomrule")[0].strip().splitlines()
    assert len(rows) == len(FRAME)
    for row in rows:
        bare = row.strip().removesuffix("\\\\")
        for known in ("\\textbackslash{}", "\\{", "\\}", "\\&", "\\%", "\\$", "\\#", "\\_", "\\ldots{}", "$-$", "{[}",
                      "$\\hookleftarrow$", "$\\mapsto$"):  # fmt: skip
            bare = bare.replace(known, "")
        assert bare.count("&") == 3
        assert not set("%#_^~$<>|") & set(bare)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex on this machine (Debian: texlive-latex-base)")
def test_latex_compiles(tmp_path):
    (tmp_path / "t.tex").write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs,textcomp}\\begin{document}\n"
        + latex_table(FRAME[FRAME["arm"].map(str.isascii)])
        + "\\end{document}\n"
    )
    subprocess.run(["pdflatex", "-halt-on-error", "t.tex"], cwd=tmp_path, check=True, capture_output=True)


def test_the_csv_gives_the_frame_back(tmp_path):
    (path,) = save_table(FRAME, tmp_path, "table", ["csv"])
    back = pd.read_csv(path, keep_default_na=False)
    assert back["mean"].tolist() == FRAME["mean"].tolist()
    assert back["arm"].tolist()[0] == HOSTILE["script"]


def test_missing_numbers_are_dashes_and_formats_are_known(tmp_path):
    assert "| – |" in markdown_table(pd.DataFrame({"arm": ["a"], "mean": [float("nan")]}))
    with pytest.raises(InputError, match="unknown table format 'latex'"):
        save_table(FRAME, tmp_path, "t", ["latex"])
