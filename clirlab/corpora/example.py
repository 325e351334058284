"""An example of a folder of texts and questions, written where someone asks for it."""

from __future__ import annotations

import csv
from pathlib import Path

from clirlab.corpora.collections import load_collection
from clirlab.corpora.folder import NEEDED, QUESTIONS
from clirlab.files import write_aside

TEXTS = 20


def example_folder(folder: str | Path) -> Path:
    """Write a small folder of texts and questions, to look at and to copy the form from.

    Twenty English texts of the demo and its German questions on them. A folder that is there is left as it is.

    Returns
    -------
    Path
        The folder, for `read_folder`.

    Examples
    --------
    >>> import tempfile
    >>> folder = example_folder(Path(tempfile.mkdtemp()) / "texts")
    >>> len(list(folder.glob("*.txt"))), (folder / "questions.csv").read_text(encoding="utf-8").splitlines()[0]
    (20, 'question,file,translation')
    """
    folder = Path(folder)
    if folder.exists():
        return folder
    demo = load_collection("demo/en/de")
    docs = demo.docs.iloc[:: len(demo.docs) // TEXTS].head(TEXTS).reset_index(drop=True)
    names = {row.doc_id: f"text-{number:02d}.txt" for number, row in enumerate(docs.itertuples(), start=1)}
    asked = demo.qrels[demo.qrels["doc_id"].isin(names)].merge(demo.queries, on="query_id")
    rows = zip(asked["text"], asked["doc_id"].map(names), asked["human_translation"], strict=True)
    with write_aside(folder) as partial:
        partial.mkdir()
        for row in docs.itertuples():
            (partial / names[row.doc_id]).write_text(row.text + "\n", encoding="utf-8")
        with (partial / QUESTIONS).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([(*NEEDED, "translation"), *rows])
    return folder
