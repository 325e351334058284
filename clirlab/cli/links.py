"""``clirlab align``: two texts in, links between their words out; or measured on manual alignments."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, print_json
from clirlab.errors import InputError

if TYPE_CHECKING:
    from clirlab.alignment import AlignmentSetting
    from clirlab.models import TokenEncoder


def align(
    source: Annotated[Path | None, typer.Argument(help="Sentences, one a line, or a TSV file of pairs.")] = None,
    target: Annotated[Path | None, typer.Argument(help="Their translations, line by line.")] = None,
    gold: Annotated[
        list[str] | None, typer.Option(help="Measure on a manual alignment (id or TSV file) instead; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File for the links; without it they are printed.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh/--resume", help="Start anew, or go on with --out.")] = False,
    encoder: Annotated[str, typer.Option(help="Bundled name, folder or hub id.")] = "e5-small",
    layer: Annotated[int | None, typer.Option(help="From 0 (embeddings).")] = None,
    method: Annotated[str | None, typer.Option(help="A transport method, or cosine.")] = None,
    epsilon: Annotated[float | None, typer.Option(help="Of entropic methods: the larger, the smoother.")] = None,
    strength: Annotated[float | None, typer.Option(help="Of unbalanced: what leaving mass behind costs.")] = None,
    relative_to: Annotated[str | None, typer.Option(help="What both are multiples of: std, range, cost.")] = None,
    position: Annotated[float | None, typer.Option(help="What being apart costs, in deviations.")] = None,
    center: Annotated[bool | None, typer.Option(help="Subtract the mean vector.")] = None,
    how: Annotated[str | None, typer.Option(help="The extraction: argmax, itermax, match, mass, …")] = None,
    threshold: Annotated[float | None, typer.Option(help="Of threshold, softmax and mass.")] = None,
    temperature: Annotated[float | None, typer.Option(help="Of softmax.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Of itermax.")] = None,
    as_json: Json = False,
) -> None:
    """Align words: print links of two texts (i-j, from 0), or measure on manual alignments.

    What is not given is as benchmarks/alignment.py found it best.

    Examples: clirlab align news.en news.sw --out news.links; clirlab align --gold xlwa/en/es/dev --layer 8
    """
    from clirlab.alignment import DEFAULT
    from clirlab.models import load_encoder

    if bool(gold) == bool(source):
        raise InputError("give either texts (two files, or one TSV file) or --gold; see clirlab align --help")
    if gold and out:
        raise InputError("--out takes the links of texts; --gold prints a table")
    given = {"layer": layer, "method": method, "epsilon": epsilon, "strength": strength, "position": position}
    given |= {"center": center, "how": how}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if relative_to:
        changes["relative_to"] = None if relative_to == "cost" else relative_to
    parameters = {"threshold": threshold, "temperature": temperature, "alpha": alpha}
    changes["parameters"] = {key: value for key, value in parameters.items() if value is not None}
    setting = DEFAULT.changed(**changes)
    loaded = load_encoder(encoder)
    setting.layer_of(loaded)
    if gold:
        _print_gold(loaded, gold, setting, as_json)
    elif source:
        _align_texts(loaded, source, target, out, setting, fresh, as_json)


def _align_texts(
    encoder: TokenEncoder,
    source: Path,
    target: Path | None,
    out: Path | None,
    setting: AlignmentSetting,
    fresh: bool,
    as_json: bool,
) -> None:
    from clirlab.alignment import align, align_files, pharaoh, read_pairs
    from clirlab.alignment.stream import shown

    if out is None:
        # reading them first says what is wrong before a line is printed
        total = sum(1 for _ in read_pairs(source, target))
        found = align(encoder, read_pairs(source, target), setting)
        # lines and bar would mix on a screen
        lines = shown(found, total, progress=as_json or not sys.stdout.isatty())
        if as_json:
            print_json([sorted(result.links) for result in lines])
            return
        for result in lines:
            typer.echo(pharaoh(result.links))
        return
    written = align_files(encoder, source, target, out, setting, fresh, progress=True)
    if as_json:
        print_json({"out": out} | written._asdict())
    resumed = f" ({written.resumed:,} from an earlier run)" if written.resumed else ""
    typer.echo(f"links of {written.pairs:,} sentence pairs{resumed}: {out}", err=True)
    if written.diffuse:
        _say_diffuse(written.diffuse, written.pairs - written.resumed, err=True)


def _print_gold(encoder: TokenEncoder, names: list[str], setting: AlignmentSetting, as_json: bool) -> None:
    from clirlab.alignment import align, score_alignment
    from clirlab.alignment.stream import shown
    from clirlab.corpora import load_gold

    sets = [load_gold(name) for name in names]
    table = Table(box=None, pad_edge=False)
    for column in ("set", "sentences", "precision", "recall", "F1", "AER", "95 % interval"):
        table.add_column(column, justify="left" if column == "set" else "right", no_wrap=True)
    diffuse, errors, rows = 0, [], []
    for gold in sets:
        found = list(shown(align(encoder, gold.pairs, setting), len(gold)))
        scores = score_alignment([result.links for result in found], gold)
        loose = sum(result.diffuse for result in found)
        diffuse += loose
        errors.append(scores.value["AER"])
        rows.append({"set": gold.name, "sentences": len(gold)} | scores["value"].to_dict())
        rows[-1] |= {"AER_low": scores.low["AER"], "AER_high": scores.high["AER"], "diffuse": loose}
        interval = f"{scores.low['AER']:.3f}–{scores.high['AER']:.3f}"
        table.add_row(gold.name, f"{len(gold):,}", *(f"{value:.3f}" for value in scores.value), interval)
    if as_json:
        print_json(rows)
        return
    if len(sets) > 1:
        table.add_row("mean", "", "", "", "", f"{sum(errors) / len(errors):.3f}", "")
    screen = console()
    screen.print(table)
    screen.print(f"\n{encoder.name}, layer {setting.layer_of(encoder)}, {setting.method}, {setting.how}")
    if diffuse:
        _say_diffuse(diffuse, sum(map(len, sets)))


def _say_diffuse(count: int, total: int, err: bool = False) -> None:
    typer.echo(
        f"{count:,} of {total:,} plans are diffuse: their rows spread more as by chance than as sharply as can be. "
        "Partners are ranked all the same, but read no shares off them (mass, threshold); a smaller --epsilon helps",
        err=err,
    )
