"""What a training is asked for in; what cannot work found out before any work is done."""

from __future__ import annotations

import torch
from langcodes import Language

from clirlab.corpora import Bitext
from clirlab.corpora.languages import language_code
from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.models.encoder import autocast
from clirlab.supervision import TextPairs, translated_words
from clirlab.supervision import budget as buy
from clirlab.supervision.pairs import ENGLISH, SEVERAL, word_tags
from clirlab.training.pairs import Pairs
from clirlab.training.passages import Passages
from clirlab.training.settings import TrainingSettings
from clirlab.training.student import transformer_layers


def bought(
    pairs: Pairs, budget: int | None, seed: int, take_all: bool = False, passages: Passages | None = None
) -> Pairs:
    """What a budget of translated words buys; all of it, where it is less and `take_all` says so.

    Raises
    ------
    InputError
        If the pairs hold fewer words and `take_all` does not say so, or cannot be counted; if there are passages, which
        belong to pairs by their position.

    Examples
    --------
    >>> pairs = Bitext("toy", "sw", ("maji ni uhai", "habari ya dunia"), ("water is life", "hello world"))
    >>> len(bought(pairs, 3, seed=0)), len(bought(pairs, 1000, seed=0, take_all=True))
    (1, 2)
    """
    if budget is None:
        return pairs
    if passages is not None:
        raise InputError(
            "passages belong to pairs by their position: buy first, with clirlab.supervision.budget, make "
            "the passages for what was bought, and train without budget="
        )
    pairs = TextPairs.of(pairs) if isinstance(pairs, Bitext) else pairs
    if not isinstance(pairs, TextPairs):
        raise InputError(f"a budget buys from a Bitext or from TextPairs, not from a {type(pairs).__name__}")
    if (there := translated_words(pairs)) < budget:
        if not take_all:
            raise InputError(
                f"{pairs.name} holds {there:,} translated words, fewer than the budget of {budget:,}; lower it, or "
                "give take_all=True to take all of them"
            )
        budget = there
    return buy(pairs, budget, seed)


def check_language(pairs: Pairs, language: str | None) -> None:
    """Raise an `InputError` if the pairs are in another language than expected.

    Script and region do not matter. English with errors teaches no language and passes for any; pairs in several
    languages pass if the expected one is among those of their words, or if these are not known.

    Examples
    --------
    >>> check_language(Bitext("toy", "swh", ("maji",), ("water",)), "sw")
    >>> check_language(Bitext("toy", "sw", ("maji",), ("water",)), "ha")
    Traceback (most recent call last):
    clirlab.errors.InputError: toy is in 'sw', but 'ha' is expected; give pairs of that language, or leave language= out
    """
    if language is None:
        return
    own = getattr(pairs, "language", None)
    if own is None:
        raise InputError("the pairs do not say which language they are in; give a Bitext or TextPairs, or no language=")
    found = {own}
    if own == SEVERAL and isinstance(pairs, TextPairs):
        found = {tag for tags in word_tags(pairs) for tag in tags} - {ENGLISH}
    if found & {ENGLISH, SEVERAL, language}:
        return
    if _bare(language_code(language)) not in {_bare(code) for code in found}:
        told = ", ".join(repr(code) for code in sorted(found)) or "no language but English"
        name = getattr(pairs, "name", "the pairs")
        raise InputError(
            f"{name} is in {told}, but {language!r} is expected; give pairs of that language, or leave language= out"
        )


def check_request(
    encoder: TokenEncoder, teacher: TokenEncoder, settings: TrainingSettings, has_dev: bool, device: str | None
) -> None:
    """Raise an `InputError` if encoder, teacher and settings do not go together.

    A teacher whose vectors are of another width needs a projection of the student; early stopping needs a measure;
    no more layers can learn than there are; the device has to be there.
    """
    autocast(torch.device("cpu"), settings.dtype)
    if teacher.dim != encoder.dim and settings.projection == "none":
        raise InputError(
            f"the teacher {teacher.name} has vectors of width {teacher.dim}, the student {encoder.name} of "
            f"{encoder.dim}; give projection='learn', or a teacher of the same width"
        )
    if settings.patience is not None and not has_dev:
        raise InputError("patience stops by a development measure; give one with dev=, or leave patience out")
    if settings.learn == "last":
        transformer_layers(encoder)
        if settings.last_layers > encoder.layers:
            raise InputError(f"last_layers is {settings.last_layers}, but {encoder.name} has {encoder.layers} layers")
    if device is not None:
        try:
            torch.empty(0, device=device)
        # torch has no type of its own for a device that it was not built for
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            raise InputError(f"device {device!r} is not to be had here ({str(error).splitlines()[0]})") from error


def _bare(code: str) -> tuple[str | None, str | None]:
    """A language without script and region, with its private part: an invented language is none of those it is of."""
    try:
        found = Language.get(language_code(code))
    except InputError:
        return code, None
    return found.language, found.private
