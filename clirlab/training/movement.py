"""An encoder before and after training in, where the tokens of sentences went out."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import torch

from clirlab.corpora import Bitext
from clirlab.models import TokenEncoder
from clirlab.supervision import TextPairs
from clirlab.transport import cosine_cost, solve


def token_movement(
    before: TokenEncoder, after: Mapping[str, TokenEncoder], pairs: Bitext | TextPairs, limit: int = 50
) -> pd.DataFrame:
    """How near each foreign token is to the English one that it belongs to, before and after training.

    The partner is the English token that gets most of its mass in the exact plan of the encoder *before* (uniform
    marginals; costs centred on the mean English vector), so that all encoders are judged by the same links.

    Parameters
    ----------
    before : TokenEncoder
        Also the one of the English side throughout.
    after : mapping of str to TokenEncoder
        Students by name, of the width of `before`.
    pairs : Bitext or TextPairs
        Sentences to look at; ones that were not trained on show what carries over.
    limit : int
        How many of them, from the first.

    Returns
    -------
    DataFrame
        One row a student and foreign token: arm, pair (from 0), token, partner, before, after (cosine to the partner,
        in [-1, 1], centred), moved (1 - cosine between the token before and after, in [0, 2], centred too).

    Examples
    --------
    >>> from clirlab.corpora import Bitext
    >>> from clirlab.models import load_encoder
    >>> encoder = load_encoder("e5-small")
    >>> still = token_movement(encoder, {"none": encoder}, Bitext("toy", "sw", ("maji ni uhai",), ("water is life",)))
    >>> bool((still["before"] == still["after"]).all()), still["token"].tolist()
    (True, ['▁maji', '▁ni', '▁u', 'hai'])
    """
    chosen = pairs.take(range(min(limit, len(pairs))))
    english = before.encode(list(chosen.english), kind="query")
    center = english.vectors[english.mask].mean(0)
    start = before.encode(list(chosen.source), kind="query")
    rows = []
    for arm, student in after.items():
        end = student.encode(list(chosen.source), kind="query")
        for number in range(len(chosen)):
            tokens, old = start.content(number)
            partners, goal = english.content(number)
            if not tokens or not partners:
                continue
            _, new = end.content(number)
            links = solve(cosine_cost(old, goal, center)).plan.argmax(-1)
            old, new, goal = (torch.nn.functional.normalize(x - center, dim=-1) for x in (old, new, goal[links]))
            near, nearer, stay = ((x * y).sum(-1).tolist() for x, y in ((old, goal), (new, goal), (old, new)))
            named = [partners[link] for link in links.tolist()]
            for token, partner, a, b, s in zip(tokens, named, near, nearer, stay, strict=True):
                rows.append((arm, number, token, partner, a, b, 1 - s))
    return pd.DataFrame(rows, columns=["arm", "pair", "token", "partner", "before", "after", "moved"])
