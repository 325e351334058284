"""An objective and what there is to train on in, an error that says what is lacking out: before any work is done."""

from __future__ import annotations

from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.training.objectives.batch import require
from clirlab.training.objectives.weighted import Sum
from clirlab.training.pairs import Pairs
from clirlab.training.passages import Passages

# what a loop can always give: it has the English texts and the student
ALWAYS = {"english", "idf", "layers"}


def check_needs(
    objective: Sum,
    pairs: Pairs,
    passages: Passages | None = None,
    student: TokenEncoder | None = None,
    teacher: TokenEncoder | None = None,
) -> None:
    """Raise one `InputError` where an objective cannot be fed.

    Parameters
    ----------
    objective : Sum
        From `parse_objective`.
    pairs : Bitext or TextPairs
        All of them, before any are bought or dropped: passages belong to pairs by their position.
    passages : Passages, optional
    student, teacher : TokenEncoder, optional
        To check the hidden layers that are asked for; the teacher is the student where not given.

    Raises
    ------
    InputError
        If a term lacks what it needs, the passages are for another number of pairs, or a hidden layer is not there or
        of another width than the teacher's vectors.

    Examples
    --------
    >>> from clirlab.corpora import Bitext
    >>> from clirlab.training.objectives import parse_objective
    >>> check_needs(parse_objective("oracle"), Bitext("toy", "sw", ("maji",), ("water",)))
    Traceback (most recent call last):
    clirlab.errors.InputError: the objective oracle needs pairs with a known alignment; code_switch gives one
    """
    given = set(ALWAYS)
    if getattr(pairs, "alignment", None) is not None:
        given.add("links")
    if passages is not None:
        if len(passages) != len(pairs.source):
            raise InputError(
                f"the passages are for {len(passages):,} pairs, but there are {len(pairs.source):,} to train on; make "
                "them for the same pairs"
            )
        given |= {"passages", "positives"} if max(passages.positives, default=-1) >= 0 else {"passages"}
    for term in objective.terms:
        require(term.name, term.options.needs, given)
        layer = getattr(term.options, "layer", None)
        if layer is not None and student is not None:
            student.check_layer(layer)
            width, target = student.model.config.hidden_size, (teacher or student).dim
            if width != target:
                raise InputError(
                    f"the objective {term.name} with layer={layer}: hidden layers of {student.name} are {width} wide, "
                    f"the teacher's vectors {target}; leave layer out"
                )
