"""An id of ir-datasets in, a collection out: MS MARCO, mMARCO, WikiCLIR, CLIRMatrix and all that have judgments.

Source: MacAvaney et al. 2021, Simplified Data Wrangling with ir_datasets. What an id names is fetched by that library
into its own folder (IR_DATASETS_HOME) when it is first asked for.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from clirlab.corpora.collection import Collection
from clirlab.corpora.docstore import Passage, file_key, stored
from clirlab.corpora.jsonl import clean
from clirlab.corpora.languages import language_code
from clirlab.corpora.parts import are_known
from clirlab.errors import InputError, unknown_name

# codes of Wikipedias and of mMARCO's files that mean another language in the standard, or none
CODES = {"dt": "nl", "simple": "en", "als": "gsw", "eml": "egl"}


def read_irds(irds_id: str, document_language: str = "und", query_language: str = "und") -> Collection:
    """A collection through ir-datasets; the passages stay on disk (see `docstore`).

    The queries are those with a judgment; their other fields are there for `Collection.with_queries`, such as
    ``"first_sent"`` of WikiCLIR. Left out and counted: judgments of a relevance below 1, repeated judgments
    (the highest holds), judgments of a document or query that is not there, and queries without a text.

    Parameters
    ----------
    irds_id : str
        Such as ``"mmarco/v2/de/dev/small"``, ``"wikiclir/sw"`` or ``"clirmatrix/en/bi139-base/sw/test1"``.
    document_language, query_language : str
        Any usual code, where the data set does not say it itself.

    Raises
    ------
    InputError
        If ir-datasets is not installed, does not know the id (the nearest is named), or cannot fetch or read it, or the
        data set has no documents, queries or judgments.
    """
    dataset = _load(irds_id)
    lacking = [part for part in ("docs", "queries", "qrels") if not getattr(dataset, f"has_{part}")()]
    if lacking:
        raise InputError(f"irds:{irds_id}: the data set has no {' and no '.join(lacking)}; give one of its parts")
    with _named(irds_id):
        # what is small comes first: if it cannot be had, the corpus is not fetched in vain
        qrels, counts = _judgments(irds_id, dataset)
        queries = _queries(irds_id, dataset, set(qrels["query_id"]))
        docs = stored(*_store_key(irds_id, dataset), lambda: _passages(irds_id, dataset))
    known = are_known(qrels["doc_id"], docs["doc_id"]) & are_known(qrels["query_id"], queries["query_id"])
    counts["judgments of a document or query that is not there"] = int((~known).sum())
    qrels = qrels[known].reset_index(drop=True)
    return Collection(
        f"irds:{irds_id}",
        docs,
        queries[queries["query_id"].isin(qrels["query_id"])].reset_index(drop=True),
        qrels,
        _language(document_language, dataset.docs_lang()),
        _language(query_language, dataset.queries_lang()),
        f"ir-datasets {irds_id}",
        f"see https://ir-datasets.com/{irds_id.split('/')[0]}.html",
        {what: number for what, number in counts.items() if number},
    )


def _load(irds_id: str) -> Any:
    try:
        import ir_datasets
    except ImportError as error:
        raise InputError(f"irds:{irds_id}: ir-datasets is not installed: pip install 'clirlab[irds]'") from error
    with _named(irds_id):
        try:
            return ir_datasets.load(irds_id)
        except KeyError:
            raise unknown_name("data set of ir-datasets", irds_id, ir_datasets.registry) from None


@contextlib.contextmanager
def _named(irds_id: str) -> Iterator[None]:
    """Whatever goes wrong in fetching and reading names the data set."""
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError, RuntimeError, LookupError, EOFError, TypeError, AttributeError) as error:
        raise InputError(
            f"irds:{irds_id}: could not be fetched or read ({type(error).__name__}: {error}); see "
            "https://ir-datasets.com for how to get it, and IR_DATASETS_HOME for where it lies"
        ) from error


def _store_key(irds_id: str, dataset: Any) -> tuple[str, dict[str, str | int]]:
    """Data sets that share a corpus share its store: both are known by the file of the corpus where there is one."""
    place = dataset.docs_path() if hasattr(dataset, "docs_path") else None
    if place and Path(place).is_file():
        return f"irds:{Path(place).resolve()}", file_key(Path(place))
    return f"irds:{irds_id}", {}


def _each(irds_id: str, what: str, items: Iterable[Any]) -> Iterator[Any]:
    """The items one by one; one that cannot be read is named by its number, since the library keeps no lines."""
    number, rest = 0, iter(items)
    while True:
        number += 1
        try:
            item = next(rest)
        except StopIteration:
            return
        except (ValueError, TypeError, LookupError, RuntimeError) as error:
            raise InputError(f"irds:{irds_id}: {what} {number} cannot be read ({error})") from error
        yield item


def _passages(irds_id: str, dataset: Any) -> Iterator[Passage]:
    for doc in _each(irds_id, "document", dataset.docs_iter()):
        text = doc.text if isinstance(getattr(doc, "text", None), str) else doc.default_text()
        yield Passage(doc.doc_id, clean(getattr(doc, "title", "") or ""), clean(text))


def _judgments(irds_id: str, dataset: Any) -> tuple[pd.DataFrame, dict[str, int]]:
    judgments = _each(irds_id, "judgment", dataset.qrels_iter())
    rows = [(judgment.query_id, judgment.doc_id, judgment.relevance) for judgment in judgments]
    frame = pd.DataFrame(rows, columns=["query_id", "doc_id", "relevance"])
    relevant = frame[frame["relevance"] >= 1]
    once = relevant.sort_values("relevance", ascending=False, kind="stable").drop_duplicates(["query_id", "doc_id"])
    counts = {"judgments below 1": len(frame) - len(relevant), "judgments made twice": len(relevant) - len(once)}
    return once.sort_index().reset_index(drop=True), counts


def _queries(irds_id: str, dataset: Any, judged: set[str]) -> pd.DataFrame:
    """The judged queries that have a text, with their other fields (a description, a first sentence) beside it."""
    rows: dict[str, dict[str, str]] = {}
    for query in _each(irds_id, "query", dataset.queries_iter()):
        if query.query_id in judged:
            text = query.text if isinstance(getattr(query, "text", None), str) else query.default_text()
            fields = {field: clean(value) for field, value in query._asdict().items() if isinstance(value, str)}
            rows.setdefault(query.query_id, {**fields, "query_id": query.query_id, "text": clean(text)})
    queries = pd.DataFrame(list(rows.values()) or {"query_id": [], "text": []}, dtype="str")
    queries = queries[["query_id", "text", *queries.columns.drop(["query_id", "text"])]]
    return queries[queries["text"] != ""]


def _language(given: str, own: str | None) -> str:
    if given != "und" or not own:
        return language_code(given)
    return language_code(CODES.get(own, own))
