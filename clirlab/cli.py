"""The command line: ``clirlab study``, ``clirlab report`` and ``clirlab align``."""

from __future__ import annotations

import sys
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

import clirlab
from clirlab.errors import InputError

if TYPE_CHECKING:
    from clirlab.alignment import AlignmentSetting
    from clirlab.models import TokenEncoder

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(clirlab.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The lab for cross-lingual retrieval with low-resource queries."""


@app.command()
def study(
    config: Annotated[str, typer.Argument(help="A YAML file, or the name of a study that comes with it.")] = "demo",
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/NAME if not given.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Move what is in the run folder aside, or go on with it.")
    ] = False,
) -> None:
    """Run a study, or what is left of it, and print its comparison with zero-shot.

    Example: clirlab study demo --out runs/first
    """
    from clirlab.study import run_study
    from clirlab.study.summary import comparison, title_of, verdict

    results = run_study(config, out, fresh)
    console = Console(highlight=False, markup=False)
    scorer, measure = results.config.scorers[0], results.config.measures[0]
    for language in results.config.languages:
        title = f"\n{title_of(language)}: {measure} by {scorer}"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in ("arm", "words", "mean", "95 % interval", "gain", "p", "specific", "p"):
            table.add_column(column, justify="left" if column == "arm" else "right", no_wrap=True)
        for row in comparison(results, language, scorer, measure).itertuples():
            tests = [row.difference, row.p_corrected, row.specific, row.p_specific]
            shown = ["" if isnan(n) else form % n for n, form in zip(tests, ["%+.3f", "%.3f"] * 2, strict=True)]
            table.add_row(row.arm, f"{row.budget:,}", f"{row.mean:.3f}", f"{row.low:.3f}–{row.high:.3f}", *shown)
        console.print(table)
    console.print("gain: over zero-shot; specific: over the generic control at the same budget; p: Holm-corrected\n")
    for language in results.config.languages:
        console.print(verdict(results, language))
    console.print(f"\nresults: {results.folder}   next: clirlab report {results.folder}")


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="A run folder, as clirlab study makes it.")],
    figures: Annotated[Path, typer.Option(help="Folder for the PNG and SVG figures.")] = Path("figures"),
) -> None:
    """Write one self-contained HTML report of a run, and its figures.

    Example: clirlab report runs/demo
    """
    from clirlab.study import write_report

    typer.echo(f"report: {write_report(run, figures)}")
    typer.echo(f"figures: {figures}")


@app.command()
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
        _print_gold(loaded, gold, setting)
    elif source:
        _align_texts(loaded, source, target, out, setting, fresh)


def _align_texts(
    encoder: TokenEncoder, source: Path, target: Path | None, out: Path | None, setting: AlignmentSetting, fresh: bool
) -> None:
    from clirlab.alignment import align, align_files, pharaoh, read_pairs
    from clirlab.alignment.stream import shown

    if out is None:
        # reading them first says what is wrong before a line is printed
        total = sum(1 for _ in read_pairs(source, target))
        found = align(encoder, read_pairs(source, target), setting)
        # lines and bar would mix on a screen
        for result in shown(found, total, progress=not sys.stdout.isatty()):
            typer.echo(pharaoh(result.links))
        return
    written = align_files(encoder, source, target, out, setting, fresh, progress=True)
    resumed = f" ({written.resumed:,} from an earlier run)" if written.resumed else ""
    typer.echo(f"links of {written.pairs:,} sentence pairs{resumed}: {out}", err=True)
    if written.diffuse:
        _say_diffuse(written.diffuse, written.pairs - written.resumed, err=True)


def _print_gold(encoder: TokenEncoder, names: list[str], setting: AlignmentSetting) -> None:
    from clirlab.alignment import align, score_alignment
    from clirlab.alignment.stream import shown
    from clirlab.corpora import load_gold

    sets = [load_gold(name) for name in names]
    table = Table(box=None, pad_edge=False)
    for column in ("set", "sentences", "precision", "recall", "F1", "AER", "95 % interval"):
        table.add_column(column, justify="left" if column == "set" else "right", no_wrap=True)
    diffuse, errors = 0, []
    for gold in sets:
        found = list(shown(align(encoder, gold.pairs, setting), len(gold)))
        scores = score_alignment([result.links for result in found], gold)
        diffuse += sum(result.diffuse for result in found)
        errors.append(scores.value["AER"])
        interval = f"{scores.low['AER']:.3f}–{scores.high['AER']:.3f}"
        table.add_row(gold.name, f"{len(gold):,}", *(f"{value:.3f}" for value in scores.value), interval)
    if len(sets) > 1:
        table.add_row("mean", "", "", "", "", f"{sum(errors) / len(errors):.3f}", "")
    console = Console(highlight=False, markup=False)
    console.print(table)
    console.print(f"\n{encoder.name}, layer {setting.layer_of(encoder)}, {setting.method}, {setting.how}")
    if diffuse:
        _say_diffuse(diffuse, sum(map(len, sets)))


def _say_diffuse(count: int, total: int, err: bool = False) -> None:
    typer.echo(
        f"{count:,} of {total:,} plans are diffuse: their rows spread more as by chance than as sharply as can be. "
        "Partners are ranked all the same, but read no shares off them (mass, threshold); a smaller --epsilon helps",
        err=err,
    )


def main() -> None:
    """Run the command line; wrong input is one message and exit status 2."""
    try:
        app()
    except (InputError, OSError) as error:
        typer.echo(f"clirlab: {error}", err=True)
        sys.exit(2)
