"""``clirlab train``: an encoder and supervision in, a folder with the trained query encoder and its card out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml
from rich.table import Table

from clirlab.cli.output import Json, console, print_json
from clirlab.errors import InputError, unknown_name

if TYPE_CHECKING:
    from clirlab.corpora import Bitext
    from clirlab.supervision import TextPairs


def train(
    out: Annotated[Path, typer.Option(help="Folder for the encoder; a new one.")],
    bitext: Annotated[
        str | None, typer.Option(help="Id (tico19/en/sw) or file of sentence pairs; with --lexicon only its English.")
    ] = None,
    lexicon: Annotated[
        str | None,
        typer.Option(help="Id (muse/en/de) or TSV file, several joined by +: train on English with words switched."),
    ] = None,
    english: Annotated[
        Path | None, typer.Option(help="English sentences for --lexicon, one a line; those of --bitext if not given.")
    ] = None,
    encoder: Annotated[str, typer.Option(help="Bundled name, folder or hub id.")] = "e5-small",
    language: Annotated[str, typer.Option(help="Code of the foreign language of files.")] = "und",
    objective: Annotated[str, typer.Option(help="A name, or a weighted sum such as '{ot: 1, infonce: .1}'.")] = "ot",
    budget: Annotated[
        int | None, typer.Option(min=1, help="Translated words to buy, of pairs or entries; all if not given.")
    ] = None,
    probability: Annotated[float, typer.Option(help="Of switching a word, with --lexicon.")] = 0.5,
    seed: Annotated[int, typer.Option(help="Of what is bought and of the order of the pairs.")] = 0,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting of the loop; may be repeated.")
    ] = None,
    take_all: Annotated[
        bool, typer.Option("--take-all", help="A budget beyond the data takes all, instead of being an error.")
    ] = False,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Folder for checkpoints: the same command goes on from there, bit for bit.")
    ] = None,
    device: Annotated[str, typer.Option(help="Where it computes, such as cpu or cuda.")] = "cpu",
    notes: Annotated[str, typer.Option(help="Plain text for the model card.")] = "",
    as_json: Json = False,
) -> None:
    """Train a query encoder on sentence pairs, or on English with words switched into another language.

    Example: clirlab train --bitext tico19/en/sw --budget 20000 --objective ot --set steps=150 --out encoders/sw
    """
    from clirlab.models import load_encoder
    from clirlab.supervision import translated_words
    from clirlab.training import save_trained
    from clirlab.training import train as train_encoder

    if out.exists():
        raise InputError(f"{out} exists; give another name or move it away")
    chosen, wanted = settings_of(settings or []), parsed("--objective", objective)
    material = _material(bitext, lexicon, english, language, budget, probability, seed, take_all)
    bought = budget if lexicon is None else None  # of a lexicon, entries were bought already
    trained = train_encoder(
        load_encoder(encoder, device=device),
        material,
        objective=wanted,
        budget=bought,
        seed=seed,
        take_all=take_all,
        checkpoint=checkpoint,
        **chosen,
    )
    if lexicon is not None:
        spent = {"budget": budget, "words": translated_words(material), "probability": probability}
        trained = replace(trained, config=trained.config | spent)
    data = [name for name in (lexicon, bitext) if name]
    known = None if language == "und" else language
    save_trained(trained, out, data, known, base=encoder, notes=notes)
    loss = trained.history["loss"]
    summary = {
        "out": str(out),
        "data": data,
        "language": material.language,
        "objective": trained.config["objective"],
        "pairs": trained.config["pairs"],
        "steps": len(loss),
        "first_loss": float(loss.iloc[0]),
        "last_loss": float(loss.iloc[-1]),
        "seconds": round(float(trained.history["seconds"].sum()), 1),
    }
    _print(summary, encoder, as_json)


def parsed(option: str, text: str) -> Any:
    """A value as YAML reads it.

    Examples
    --------
    >>> parsed("--objective", "ot"), parsed("--objective", "{ot: 1, infonce: .1}")
    ('ot', {'ot': 1, 'infonce': 0.1})
    """
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{option} {text!r}: neither a name nor YAML ({' '.join(str(error).split())})") from error


def settings_of(given: Sequence[str]) -> dict[str, Any]:
    """Settings of the loop from texts of the form KEY=VALUE; a key that is not known is named with the nearest one."""
    from clirlab.training import TrainingSettings

    found: dict[str, Any] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--set {text!r}: expected KEY=VALUE, such as steps=200")
        if key not in TrainingSettings.model_fields:
            raise unknown_name("setting", key, TrainingSettings.model_fields)
        if key in found:
            raise InputError(f"--set {key}: given twice")
        found[key] = parsed(f"--set {key}", value)
    return found


def _material(
    bitext: str | None,
    lexicon: str | None,
    english: Path | None,
    language: str,
    budget: int | None,
    probability: float,
    seed: int,
    take_all: bool,
) -> Bitext | TextPairs:
    """What is trained on, as far as it was bought here."""
    from clirlab.corpora import load_bitext, load_lexicon
    from clirlab.supervision import buy_lexicon, code_switch

    if lexicon is None:
        if bitext is None:
            raise InputError("nothing to train on: give --bitext, or --lexicon with --bitext or --english")
        if english is not None:
            raise InputError("--english is for --lexicon: without one no word of it is switched")
        return load_bitext(bitext, language=language)
    if english is None and bitext is None:
        raise InputError("--lexicon switches words of English sentences: give --english FILE, or --bitext")
    words = load_lexicon(lexicon, language=language)
    texts = _sentences(english) if english is not None else list(load_bitext(bitext or "", language=language).english)
    if budget is not None:
        words = buy_lexicon(words, texts, budget, seed, take_all=take_all)
    pairs = code_switch(texts, words, probability, seed)
    if not len(pairs):
        raise InputError(f"{lexicon}: not one word of the {len(texts):,} English sentences was switched")
    return pairs


def _sentences(file: Path) -> list[str]:
    from clirlab.files import read_lines

    texts = [line.strip() for line in read_lines(file) if line.strip()]
    if not texts:
        raise InputError(f"{file}: no sentences; expected one a line")
    return texts


def _print(summary: dict[str, Any], encoder: str, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in summary.items():
        table.add_row(key.replace("_", " "), _shown(value))
    screen = console()
    screen.print(table)
    command = f"clirlab evaluate --encoder {summary['out']} --document-encoder {encoder} --collection ID"
    screen.print(f"\nnext: {command}")


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
