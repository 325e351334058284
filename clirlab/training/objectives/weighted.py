"""The name of an objective, or names with weights and options, in; one function of a batch out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from clirlab.errors import InputError, unknown_name
from clirlab.training.objectives.batch import Batch, Loss, require, supplied
from clirlab.training.objectives.controls import (
    CentredOptions,
    OracleOptions,
    assignment,
    greedy,
    identity,
    oracle,
    random,
)
from clirlab.training.objectives.options import Objective, Options
from clirlab.training.objectives.plans import OtOptions, ot
from clirlab.training.objectives.ranking import (
    MarginMseOptions,
    RankingOptions,
    ScoreKlOptions,
    margin_mse,
    ranking,
    score_kl,
)
from clirlab.training.objectives.sentences import InfonceOptions, MseOptions, cosine, infonce, mse
from clirlab.training.objectives.tokens import TokenMseOptions, token_mse
from clirlab.validate import validate

OBJECTIVES: dict[str, Objective] = {
    "ot": Objective(ot, OtOptions),
    "oracle": Objective(oracle, OracleOptions),
    "greedy": Objective(greedy, CentredOptions),
    "assignment": Objective(assignment, CentredOptions),
    "identity": Objective(identity, CentredOptions),
    "random": Objective(random, CentredOptions),
    "token-mse": Objective(token_mse, TokenMseOptions),
    "mse": Objective(mse, MseOptions),
    "cosine": Objective(cosine),
    "infonce": Objective(infonce, InfonceOptions),
    "ranking": Objective(ranking, RankingOptions),
    "margin-mse": Objective(margin_mse, MarginMseOptions),
    "score-kl": Objective(score_kl, ScoreKlOptions),
}


class Term(NamedTuple):
    """One objective of a sum, with its weight and all of its options."""

    name: str
    weight: float
    options: Options

    @property
    def label(self) -> str:
        """Weight, name and the options that are not the default, such as ``0.1*ot(method=sinkhorn)``."""
        changed = ",".join(f"{k}={v}" for k, v in self.options.model_dump(exclude_defaults=True).items())
        weight = "" if self.weight == 1 else f"{self.weight:g}*"
        return f"{weight}{self.name}" + (f"({changed})" if changed else "")


@dataclass(frozen=True)
class Sum:
    """A weighted sum of objectives, to be called with a `Batch`.

    Attributes
    ----------
    terms : tuple of Term
        In the order of `OBJECTIVES`, so that a sum does not depend on the order in which it was written.
    """

    terms: tuple[Term, ...]

    def __call__(self, batch: Batch) -> Loss:
        """The weighted sum of the losses, and the mean perplexity of the terms that have a plan.

        Raises
        ------
        InputError
            If the batch lacks what a term needs, or a text has no content token.
        """
        for side, mask in (("student", batch.student_mask), ("teacher", batch.teacher_mask)):
            if not (content := mask.any(1)).all():
                raise InputError(f"pair {int(content.int().argmin())} of the batch has no content on the {side}'s side")
        losses = []
        for name, weight, options in self.terms:
            require(name, options.needs, supplied(batch))
            loss = OBJECTIVES[name].function(batch, **dict(options))
            losses.append((weight * loss.value, loss.perplexity))
        perplexities = [perplexity for _, perplexity in losses if not math.isnan(perplexity)]
        value = losses[0][0]
        for other, _ in losses[1:]:
            value = value + other
        return Loss(value, sum(perplexities) / len(perplexities) if perplexities else float("nan"))

    @property
    def needs(self) -> frozenset[str]:
        """What the terms need with their options, see `NEEDS`."""
        return frozenset().union(*(term.options.needs for term in self.terms))

    @property
    def name(self) -> str:
        """Such as ``ot+0.1*infonce``; options that are not the default stand in brackets."""
        return "+".join(term.label for term in self.terms)

    @property
    def spec(self) -> dict[str, dict[str, Any]]:
        """The whole of it as a dictionary for JSON: the same for specifications that mean the same."""
        return {name: {"weight": weight, **options.model_dump()} for name, weight, options in self.terms}


def parse_objective(spec: str | Mapping[str, Any] | Sum) -> Sum:
    """An objective from a configuration.

    Parameters
    ----------
    spec : str, mapping or Sum
        The name of one of `OBJECTIVES`; or names with weights; or names with options, of which ``weight`` is one
        (1 where not given).

    Returns
    -------
    Sum

    Raises
    ------
    InputError
        If there is no objective, a name or option is unknown (the nearest is given), an option is out of its range, or
        a weight is not positive.

    Examples
    --------
    >>> parse_objective({"mse": 0.1, "ot": {"method": "sinkhorn", "epsilon": 0.1}}).name
    'ot(method=sinkhorn,epsilon=0.1)+0.1*mse'
    >>> parse_objective("mse").spec
    {'mse': {'weight': 1.0, 'both': False}}
    >>> parse_objective({"ot": {"epsilom": 0.1}})
    Traceback (most recent call last):
    clirlab.errors.InputError: objective ot: epsilom: unknown key; did you mean 'epsilon'?
    """
    if isinstance(spec, Sum):
        return spec
    if isinstance(spec, str):
        spec = {spec: 1.0}
    if not isinstance(spec, Mapping):
        raise InputError(f"an objective is a name or a mapping of names to weights or options, not {spec!r}")
    if not spec:
        raise InputError(f"the objective is empty; name at least one of {', '.join(OBJECTIVES)}")
    for name in spec:
        if name not in OBJECTIVES:
            raise unknown_name("objective", str(name), OBJECTIVES)
    return Sum(tuple(_term(name, spec[name]) for name in OBJECTIVES if name in spec))


def _term(name: str, given: Any) -> Term:
    options = dict(given) if isinstance(given, Mapping) else {"weight": given}
    weight = options.pop("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float):
        raise InputError(f"objective {name}: weight: a number, or a mapping of options, is meant; got {weight!r}")
    if not 0 < weight < math.inf:
        raise InputError(
            f"objective {name}: weight must be positive and finite, got {weight}; leave the name out for 0"
        )
    return Term(name, float(weight), validate(OBJECTIVES[name].options, options, f"objective {name}"))
