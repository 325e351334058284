"""A sentence pair in, its transport plan under many settings out: cost, spread and effort of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd
from torch import Tensor

from clirlab.errors import unknown_name
from clirlab.models import TokenEncoder
from clirlab.transport import by_norm, cosine_cost, solve
from clirlab.transport.solve import ENTROPIC

MARGINALS = ("uniform", "norm")
# what the methods need that have a parameter besides ε
PARAMETERS: Mapping[str, dict[str, Any]] = {"partial": {"mass": 0.8}, "unbalanced": {"strength": 0.1}}


def plan_sweep(
    student: TokenEncoder,
    teacher: TokenEncoder,
    source: str,
    english: str,
    methods: Sequence[str] = ("exact", "sinkhorn"),
    epsilons: Sequence[float] = (0.05,),
    marginals: Sequence[str] = ("uniform",),
    centre_on: Sequence[str] = (),
) -> pd.DataFrame:
    """Solve one sentence pair in every combination of settings.

    Parameters
    ----------
    student, teacher : TokenEncoder
        Of the foreign and of the English sentence.
    source, english : str
    methods, epsilons
        See `clirlab.transport.solve`; methods without entropy are solved once and not for each ε. ``partial`` moves
        80 % of the mass, ``unbalanced`` has a strength of .1.
    marginals : sequence of {"uniform", "norm"}
        Every token weighs as much, or as the norm of its vector.
    centre_on : sequence of str
        English texts; where there are some, every setting is solved once more with the mean of the teacher's vectors of
        their tokens taken off both sides.

    Returns
    -------
    DataFrame
        method, epsilon (NaN for methods without entropy), marginals, centred, value (⟨T, C⟩), perplexity (in [1, n]),
        iterations, converged.

    Raises
    ------
    InputError
        If a kind of marginals is unknown.
    ValueError
        As `clirlab.transport.solve`.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> encoder = load_encoder("e5-small")
    >>> table = plan_sweep(encoder, encoder, "maji ni uhai", "water is life", epsilons=[0.01, 1.0])
    >>> table["method"].tolist(), table["perplexity"].is_monotonic_increasing
    (['exact', 'sinkhorn', 'sinkhorn'], True)
    """
    if unknown := set(marginals) - set(MARGINALS):
        raise unknown_name("kind of marginals", min(unknown), MARGINALS)
    foreign, target = student.encode([source], kind="query"), teacher.encode([english], kind="query")
    (_, x), (_, y) = foreign.content(0), target.content(0)
    norms = [batch.norms[0][batch.mask[0]] for batch in (foreign, target)]
    masses = {
        "uniform": (None, None),
        "norm": tuple(by_norm(norm[None], norm[None] > 0)[0] for norm in norms),
    }
    centres: list[Tensor | None] = [None]
    if centre_on:
        texts = teacher.encode(list(centre_on), kind="query")
        centres.append(texts.vectors[texts.mask].mean(0))
    rows = []
    for centre, kind, method in product(centres, marginals, methods):
        cost = cosine_cost(x, y, centre)
        a, b = masses[kind]
        for epsilon in epsilons if method in ENTROPIC else [None]:
            given: dict[str, Any] = {} if epsilon is None else {"epsilon": epsilon}
            plan = solve(cost, method, a=a, b=b, **PARAMETERS.get(method, {}), **given)
            found = (float(plan.value), float(plan.perplexity), int(plan.iterations), bool(plan.converged))
            rows.append((method, epsilon, kind, centre is not None, *found))
    columns = ["method", "epsilon", "marginals", "centred", "value", "perplexity", "iterations", "converged"]
    return pd.DataFrame(rows, columns=columns).astype({"epsilon": float})
