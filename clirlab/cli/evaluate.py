"""``clirlab evaluate``: encoders and collections in, a table of means with intervals out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, note, print_json
from clirlab.errors import InputError, unknown_name


def evaluate(
    collection: Annotated[list[str], typer.Option(help="Id, such as afriqa/sw/test; may be repeated.")],
    encoder: Annotated[str, typer.Option(help="Of the queries: bundled name, folder or hub id.")] = "e5-small",
    document_encoder: Annotated[
        str | None, typer.Option(help="Of the documents; the same if not given. What a trained encoder learnt from.")
    ] = None,
    scorer: Annotated[str, typer.Option(help="maxsim (each word with its best partner), or another one.")] = "maxsim",
    measure: Annotated[
        list[str] | None, typer.Option(help="As ir-measures names them; may be repeated. RR@10 and nDCG@10 if none.")
    ] = None,
    k: Annotated[int, typer.Option(min=1, help="Documents that are kept for each query.")] = 100,
    run_file: Annotated[Path | None, typer.Option(help="File for the run, in TREC's form; for one collection.")] = None,
    device: Annotated[str, typer.Option(help="Where it computes, such as cpu or cuda.")] = "cpu",
    as_json: Json = False,
) -> None:
    """Search collections with an encoder and print the mean of each measure with its 95 % interval over queries.

    Example: clirlab evaluate --encoder encoders/sw --document-encoder e5-small --collection afriqa/sw/test
    """
    from clirlab.corpora import load_collection
    from clirlab.evaluation import bootstrap_interval, parse_measures
    from clirlab.evaluation import evaluate as score
    from clirlab.models import load_encoder
    from clirlab.retrieval import SCORERS, search, write_run

    measures = measure or ["RR@10", "nDCG@10"]
    parse_measures(measures)
    if scorer not in SCORERS:
        raise unknown_name("scorer", scorer, SCORERS)
    if run_file is not None and len(collection) > 1:
        raise InputError(f"--run-file holds the run of one collection; {len(collection)} are given")
    collections = [load_collection(name) for name in collection]
    queries = load_encoder(encoder, device=device)
    documents = load_encoder(document_encoder, device=device) if document_encoder else queries
    if queries.dim != documents.dim:
        raise InputError(f"queries of {queries.dim} dimensions cannot be compared with documents of {documents.dim}")
    if document_encoder is None and (taught := _taught_by(Path(encoder))):
        note(f"{encoder} was trained for queries; documents are for --document-encoder {taught}")
    rows: list[dict[str, Any]] = []
    for loaded in collections:
        run = search(queries, loaded, documents, scorer, k, progress=True)
        if run_file is not None:
            write_run(run, run_file)
        values = score(run, loaded.qrels, measures)
        for name in measures:
            found = values.loc[values["measure"] == name, "value"].to_numpy()
            low, high = bootstrap_interval(found)
            counted = {"collection": loaded.name, "queries": len(found), "documents": len(loaded.docs)}
            rows.append(counted | {"measure": name, "mean": float(found.mean()), "low": low, "high": high})
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("collection", "queries", "documents", "measure", "mean", "95 % interval"):
        table.add_column(column, justify="left" if column in ("collection", "measure") else "right", no_wrap=True)
    for row in rows:
        interval = f"{row['low']:.3f}–{row['high']:.3f}"
        counts = (f"{row['queries']:,}", f"{row['documents']:,}")
        table.add_row(row["collection"], *counts, row["measure"], f"{row['mean']:.3f}", interval)
    screen = console()
    screen.print(table)
    screen.print(f"\n{encoder}, documents by {document_encoder or encoder}, {scorer}")
    if run_file is not None:
        screen.print(f"run: {run_file}")


def _taught_by(folder: Path) -> str:
    """The encoder that a folder of `clirlab train` was trained from; empty for anything else."""
    file = folder / "training.json"
    return str(json.loads(file.read_text(encoding="utf-8")).get("base", "")) if file.is_file() else ""
