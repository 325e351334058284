"""Words to switch, each with several translations, in; which translation each takes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clirlab.supervision.rewrite import carry_case, spans

Embed = Callable[[Sequence[str]], NDArray]


class Switch(NamedTuple):
    """Words of a text to be switched: where, into which language, the translations to choose from, a draw in [0, 1)."""

    first: int
    size: int
    language: str
    options: tuple[str, ...]
    draw: float

    def cased(self, text: str, places: Sequence[tuple[int, int]], option: str) -> str:
        """A translation in the case that the words have in the text; the pronoun I is none within a sentence."""
        surface = text[places[self.first][0] : places[self.first + self.size - 1][1]]
        return option if surface == "I" and self.first > 0 else carry_case(surface, option, self.language)


def first(texts: Sequence[str], switches: Sequence[Sequence[Switch]]) -> list[list[int]]:
    """The first translation of each entry: in most lexicons the most usual one."""
    return [[0] * len(found) for found in switches]


def sampled(texts: Sequence[str], switches: Sequence[Sequence[Switch]]) -> list[list[int]]:
    """Any translation of the entry, each as likely as the others."""
    return [[int(switch.draw * len(switch.options)) for switch in found] for found in switches]


def contextual(embed: Embed, texts: Sequence[str], switches: Sequence[Sequence[Switch]]) -> list[list[int]]:
    """The translation whose sentence is nearest to the English one, by cosine; of equals, the first in the lexicon.

    For each translation the word alone is replaced and the rest stays English, so that the choice does not depend on
    what else is switched. All sentences are embedded in one call.
    """
    candidates: dict[str, int] = {}
    trials: list[tuple[int, int, list[int]]] = []
    chosen = first(texts, switches)
    for number, (text, found) in enumerate(zip(texts, switches, strict=True)):
        places = spans(text)
        for k, switch in enumerate(found):
            if len(switch.options) > 1:
                start, end = places[switch.first][0], places[switch.first + switch.size - 1][1]
                options = (switch.cased(text, places, option) for option in switch.options)
                variants = [text, *(text[:start] + option + text[end:] for option in options)]
                trials.append((number, k, [candidates.setdefault(v, len(candidates)) for v in variants]))
    if trials:
        vectors = np.asarray(embed(list(candidates)))
        for number, k, (original, *replaced) in trials:
            chosen[number][k] = int(np.argmax(vectors[replaced] @ vectors[original]))
    return chosen
