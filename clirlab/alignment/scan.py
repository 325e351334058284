"""An encoder and gold alignments in, a tidy table out: layers × methods × extractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from clirlab.alignment.align import chunks, encode_chunk, matrices, mean_vector, token_cost, word_links
from clirlab.alignment.extract import check_extraction
from clirlab.alignment.measures import MEASURES, link_counts, measures_of
from clirlab.alignment.setting import AlignmentSetting
from clirlab.corpora import GoldAlignment
from clirlab.errors import InputError
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.transport import TransportPlan

Choice = str | Mapping[str, Any]
PLAIN = AlignmentSetting(method="cosine", position=0, marginals="uniform")


class Reading(NamedTuple):
    """An extraction and its parameters."""

    how: str
    parameters: dict[str, float]


def scan(
    encoder: TokenEncoder,
    gold: GoldAlignment | Sequence[GoldAlignment],
    layers: Sequence[int] | None = None,
    methods: Sequence[Choice] = ("cosine", "sinkhorn"),
    extractions: Sequence[Choice] = ("argmax", "itermax", "match"),
    base: AlignmentSetting = PLAIN,
    progress: bool = False,
) -> pd.DataFrame:
    """Measure every combination of layer, method and extraction; a text is encoded once for all of them.

    Parameters
    ----------
    layers : sequence of int, optional
        All layers where not given.
    methods : sequence of str or dict
        Names, or settings such as ``{"method": "sinkhorn", "epsilon": 0.5, "position": 1}``.
    extractions : sequence of str or dict
        Names, or a name with parameters such as ``{"how": "mass", "threshold": 0.3}``; *mass* is left out for the
        method ``cosine``, which moves none.
    base : AlignmentSetting
        What is not named in `methods`: uncentred costs without position, and uniform marginals, where not given.

    Returns
    -------
    DataFrame
        One row for each set, layer, method and extraction: set, layer, method, how, sentences, precision, recall, F1,
        AER (of all links of the set, in [0, 1]), perplexity (mean over sentences; NaN without a plan).

    Raises
    ------
    InputError
        If a name is unknown or a layer does not exist.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> link = frozenset({(0, 0), (1, 1)})
    >>> gold = GoldAlignment("toy", (("water", "house"),), (("maji", "nyumba"),), (link,), (frozenset(),))
    >>> scan(load_encoder("e5-small"), gold, layers=[7], methods=["cosine"], extractions=["argmax"]).AER.tolist()
    [0.0]
    """
    sets = [gold] if isinstance(gold, GoldAlignment) else list(gold)
    layers = list(range(encoder.layers + 1)) if layers is None else list(layers)
    plans = {_label(c, "method"): base.changed(**({"method": c} if isinstance(c, str) else c)) for c in methods}
    readings = {_label(c, "how"): _reading(c) for c in extractions}
    rows: list[tuple[Any, ...]] = []
    for one in tqdm(sets, "sets", disable=not progress):
        rows += _scan_set(encoder, one, layers, plans, readings)
    return pd.DataFrame(rows, columns=["set", "layer", "method", "how", "sentences", *MEASURES, "perplexity"])


def _scan_set(
    encoder: TokenEncoder,
    gold: GoldAlignment,
    layers: Sequence[int],
    plans: Mapping[str, AlignmentSetting],
    readings: Mapping[str, Reading],
) -> Iterator[tuple[Any, ...]]:
    # pairs that are not encoded have no links, but their sure ones count
    sure = np.array([0, sum(map(len, gold.sure)), 0, 0])
    counts: dict[tuple[int, str, str], NDArray[np.int64]] = defaultdict(sure.copy)
    spreads: dict[tuple[int, str], list[float]] = defaultdict(list)
    for start, chunk in chunks(gold.pairs):
        groups = list(encode_chunk(encoder, chunk, layers, start=start))
        for depth, layer in enumerate(layers):
            mean = mean_vector(groups, depth)
            for group in groups:
                places = [start + place for place in group.places]
                source, target = group.source[depth], group.target[depth]
                for method, scores, spread in _matrices(source, target, plans, mean):
                    spreads[layer, method] += spread
                    for how, reading in readings.items():
                        if reading.how == "mass" and plans[method].method == "cosine":
                            continue
                        for k, place in enumerate(places):
                            links = word_links(scores[k], source.word_ids[k], target.word_ids[k], *reading)
                            a, _, in_sure, in_possible = link_counts(links, gold.sure[place], gold.possible[place])
                            counts[layer, method, how] += [a, 0, in_sure, in_possible]
    for (layer, method, how), found in counts.items():
        yield gold.name, layer, method, how, len(gold), *measures_of(found), float(np.mean(spreads[layer, method]))


def _matrices(
    source: TokenBatch, target: TokenBatch, plans: Mapping[str, AlignmentSetting], mean: Tensor
) -> Iterator[tuple[str, list[Tensor | TransportPlan], list[float]]]:
    """What each method gives for a batch; costs that several have in common are computed once."""
    costs: dict[tuple[float, bool], Tensor] = {}
    for name, setting in plans.items():
        key = setting.position, setting.center
        if key not in costs:
            costs[key] = token_cost(source, target, setting.position, mean if setting.center else None)
        yield name, *matrices(costs[key], source, target, setting)


def _reading(choice: Choice) -> Reading:
    how, parameters = (choice, {}) if isinstance(choice, str) else (choice["how"], dict(choice))
    parameters.pop("how", None)
    check_extraction(how, parameters)
    return Reading(how, parameters)


def _label(choice: Choice, kind: str) -> str:
    """The name of a choice, and its other values behind it."""
    if isinstance(choice, str):
        return choice
    if kind not in choice:
        raise InputError(f"{dict(choice)} has no key {kind!r}")
    return " ".join([str(choice[kind]), *(f"{key}={value}" for key, value in choice.items() if key != kind)])
