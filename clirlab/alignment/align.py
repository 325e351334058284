"""Sentence pairs as words in, their links out: streaming, in batches of similar length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor

from clirlab.alignment.extract import Links, extract, to_words
from clirlab.alignment.setting import DEFAULT, AlignmentSetting
from clirlab.errors import InputError
from clirlab.models import TokenBatch, TokenEncoder, first_layers
from clirlab.transport import TransportPlan, by_norm, cosine_cost, solve, spread

CHUNK = 128
Pair = tuple[Sequence[str], Sequence[str]]


class SentenceAlignment(NamedTuple):
    """The links of one sentence pair, and how sharp the plan was that they were read from.

    Attributes
    ----------
    links : frozenset of (int, int)
        Pairs (source word, target word), from 0.
    perplexity : float
        On how many target tokens a source token of the plan spreads, in [1, n]; NaN where there is no plan.
    diffuse : bool
        Whether that is nearer to n, where the plan says nothing, than to the least that the marginals allow,
        max(1, n / m). A diffuse plan can still rank partners well, but its shares (*mass*, *threshold*) are not to be
        read, and what is trained on it drags all tokens to their mean.
    """

    links: frozenset[tuple[int, int]]
    perplexity: float = float("nan")
    diffuse: bool = False


def align(
    encoder: TokenEncoder,
    pairs: Iterable[Pair],
    setting: AlignmentSetting = DEFAULT,
    batch_size: int = 32,
    **changes: Any,
) -> Iterator[SentenceAlignment]:
    """Align the words of sentence pairs, one result for each pair, in order; it reads `CHUNK` pairs ahead.

    Parameters
    ----------
    pairs : iterable of (sequence of str, sequence of str)
        The words of the two sentences; a word holds no blank. Any length: nothing is kept but the chunk.
    setting : AlignmentSetting
    batch_size : int
        Sentence pairs per forward pass.
    **changes
        Of the setting, such as ``layer=8`` or ``how="itermax"``.

    Yields
    ------
    SentenceAlignment
        Words beyond the encoder's length, and words that it gives no piece to, have no links.

    Raises
    ------
    InputError
        If the setting is wrong, or a word is empty or holds a blank (with the number of the pair).

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> pairs = [(["water", "is", "life"], ["maji", "ni", "uhai"]), ([], ["maji"])]
    >>> [sorted(found.links) for found in align(load_encoder("e5-small"), pairs)]
    [[(0, 0), (1, 1), (2, 2)], []]
    """
    setting = setting.changed(**changes)
    layer = setting.layer_of(encoder)
    return _aligned(first_layers(encoder, layer), pairs, setting, layer, batch_size)


def _aligned(
    encoder: TokenEncoder, pairs: Iterable[Pair], setting: AlignmentSetting, layer: int, batch_size: int
) -> Iterator[SentenceAlignment]:
    for start, chunk in chunks(pairs):
        found = [SentenceAlignment(frozenset())] * len(chunk)
        groups = list(encode_chunk(encoder, chunk, [layer], batch_size, start))
        mean = mean_vector(groups, 0) if setting.center else None
        for group in groups:
            source, target = group.source[0], group.target[0]
            cost = token_cost(source, target, setting.position, mean)
            scores, perplexities = matrices(cost, source, target, setting)
            for k, place in enumerate(group.places):
                links = word_links(scores[k], source.word_ids[k], target.word_ids[k], setting.how, setting.parameters)
                size = int(source.mask[k].sum()), int(target.mask[k].sum())
                diffuse = is_diffuse(perplexities[k], *size)
                found[place] = SentenceAlignment(frozenset(links), perplexities[k], diffuse)
        yield from found


class Group(NamedTuple):
    """A batch of encoded sentence pairs: their places in the chunk, and both sides at each of several layers."""

    places: list[int]
    source: list[TokenBatch]
    target: list[TokenBatch]


def chunks(pairs: Iterable[Pair]) -> Iterator[tuple[int, list[Pair]]]:
    """The pairs, `CHUNK` at a time, with the number of the first."""
    stream, start = iter(pairs), 0
    while chunk := list(islice(stream, CHUNK)):
        yield start, chunk
        start += len(chunk)


def encode_chunk(
    encoder: TokenEncoder, chunk: Sequence[Pair], layers: Sequence[int], batch_size: int = 32, start: int = 0
) -> Iterator[Group]:
    """Encode sentence pairs at several layers, longest first; pairs with a side that has no content are left out."""
    for number, pair in enumerate(chunk, start=start + 1):
        for word in (*pair[0], *pair[1]):
            if word.split() != [word]:
                raise InputError(f"sentence pair {number}: {word!r} is no word: it is empty or holds a blank")
    order = sorted(range(len(chunk)), key=lambda i: -sum(len(word) for side in chunk[i] for word in side))
    order = [i for i in order if chunk[i][0] and chunk[i][1]]
    for first in range(0, len(order), batch_size):
        places = order[first : first + batch_size]
        source, target = (encoder.encode_layers([" ".join(chunk[i][side]) for i in places], layers) for side in (0, 1))
        there = (source[0].mask.any(1) & target[0].mask.any(1)).tolist()
        if not all(there):
            keep = [k for k, has_content in enumerate(there) if has_content]
            if not keep:
                continue
            places = [places[k] for k in keep]
            source, target = ([batch.take(keep) for batch in side] for side in (source, target))
        yield Group(places, source, target)


def mean_vector(groups: Sequence[Group], layer: int) -> Tensor:
    """Mean unit vector of all content tokens of both sides at the layer of this number in the groups, shape (d,)."""
    batches = [side[layer] for group in groups for side in (group.source, group.target)]
    return torch.cat([batch.vectors[batch.mask] for batch in batches] or [torch.zeros(1, 1)]).mean(0)


def token_cost(source: TokenBatch, target: TokenBatch, position: float = 0.0, mean: Tensor | None = None) -> Tensor:
    """Cost of linking each content token of one side with each of the other, shape (B, L, L'); padding is arbitrary.

    C_ij = 1 - cos(x_i - mean, y_j - mean) + position σ |i / m - j / n|, with positions i, j in the middle of each token
    and σ the standard deviation of the cosine costs of the pair.
    """
    cost = cosine_cost(source.vectors, target.vectors, mean)
    if position == 0:
        return cost
    sigma = spread(cost, source.mask[:, :, None] & target.mask[:, None, :])[:, None, None]
    i, j = (((mask.cumsum(1) - 0.5) / mask.sum(1, keepdim=True)) for mask in (source.mask, target.mask))
    return cost + position * sigma * (i[:, :, None] - j[:, None, :]).abs()


def matrices(
    cost: Tensor, source: TokenBatch, target: TokenBatch, setting: AlignmentSetting
) -> tuple[list[Tensor | TransportPlan], list[float]]:
    """What `extract` takes for each pair (a similarity without padding, or a plan), and the plans' perplexities."""
    if setting.method == "cosine":
        similarity = 1 - cost / 2
        return [s[rows][:, columns] for s, rows, columns in zip(similarity, source.mask, target.mask, strict=True)], [
            float("nan")
        ] * len(cost)
    sides = (source, target)
    a, b = (by_norm(s.norms, s.mask) if setting.marginals == "norm" else None for s in sides)
    if setting.relative_to is not None:
        unit = spread(cost, source.mask[:, :, None] & target.mask[:, None, :], setting.relative_to)[:, None, None]
        cost = cost / unit.where(unit > 1e-6, 1)
    plan = solve(
        cost,
        setting.method,
        epsilon=setting.epsilon,
        a=a,
        b=b,
        mask=(source.mask, target.mask),
        mass=setting.mass,
        strength=setting.strength,
    )
    return [plan[k] for k in range(len(plan))], plan.perplexity.tolist()


def word_links(
    scores: Tensor | TransportPlan,
    source_words: Sequence[int | None],
    target_words: Sequence[int | None],
    how: str,
    parameters: Mapping[str, float],
) -> Links:
    """Links between words from a matrix of the content tokens, whose words these are (None for what is no content).

    Where a side has one token, its marginals leave a plan no choice, and partners are ranked by cost instead.
    """
    if isinstance(scores, TransportPlan) and 1 in scores.plan.shape and how != "mass":
        scores = 1 - torch.as_tensor(scores.cost) / 2
    words = ([word for word in side if word is not None] for side in (source_words, target_words))
    return to_words(extract(scores, how, **parameters), *words)


def is_diffuse(perplexity: float, m: int, n: int) -> bool:
    """Whether the rows of an (m, n) plan spread more like those of the uniform plan than like the sharpest possible.

    Examples
    --------
    >>> is_diffuse(4.0, m=10, n=10), is_diffuse(6.0, m=10, n=10), is_diffuse(6.0, m=2, n=10), is_diffuse(3.0, m=1, n=3)
    (False, True, False, False)
    """
    return perplexity > (n + max(1, n / m)) / 2
