"""The remedies that a study compares: what each buys, what it trains with it, and how it asks its questions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clirlab.errors import unknown_name
from clirlab.study.asking import QUERIES, AskSettings
from clirlab.study.supply import SUPPLIES, BitextSettings, needs_of_words
from clirlab.training import parse_objective
from clirlab.validate import validate


class ArmConfig(BaseModel):
    """One arm of a study.

    Attributes
    ----------
    supervision : str, optional
        What the student is trained on, one of `SUPPLIES`; none leaves the encoder as it is.
    supervision_settings : dict
        Of that kind of supervision, such as ``{"probability": 0.6}``.
    objective : str or dict
        As `clirlab.train` takes it.
    training : dict
        Fields of `TrainingSettings` that differ from the study's.
    queries : str
        How it is asked, one of `QUERIES`: native, gloss, native+gloss, fused, human.
    query_settings : dict
        Fields of `AskSettings`: which lexicon the glosses come from, how two queries of one need are fused.
    lexicon_share : float
        Of the budget, for an arm that both trains and looks words up: what goes to the lexicon. One that is induced
        from the sentences trained on costs nothing of its own, and both have the whole budget.
    centred : bool
        Query tokens are centred on their mean over all queries, and scaled to unit length again.
    budgets : tuple of int
        Those of the study's budgets at which it is run; all where none is named. So for `dials` and `noise`.
    encoder : str, optional
        Its own, in place of the study's; its passages are encoded by it too.
    teacher : str, optional
        Another encoder that the student learns from; the passages are then the teacher's.
    controls : tuple of str
        The generic controls that its language-specific gain is measured against; see `controls_of`.
    explanation : str
        A line for the report.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    supervision: str | None = None
    supervision_settings: dict[str, Any] = {}
    objective: str | dict[str, Any] = "ot"
    training: dict[str, Any] = {}
    queries: str = "native"
    query_settings: dict[str, Any] = {}
    lexicon_share: float = Field(0.5, gt=0, lt=1)
    centred: bool = False
    budgets: tuple[int, ...] = ()
    dials: tuple[float, ...] = ()
    noise: tuple[float, ...] = ()
    encoder: str | None = None
    teacher: str | None = None
    controls: tuple[str, ...] = ()
    explanation: str = ""

    @field_validator("supervision")
    @classmethod
    def _known_supervision(cls, name: str | None) -> str | None:
        if name is not None and name not in SUPPLIES:
            raise unknown_name("supervision", name, SUPPLIES)
        return name

    @field_validator("queries")
    @classmethod
    def _known_queries(cls, name: str) -> str:
        if name not in QUERIES:
            raise unknown_name("form of queries", name, QUERIES)
        return name

    @field_validator("objective")
    @classmethod
    def _known_objective(cls, spec: str | dict[str, Any]) -> str | dict[str, Any]:
        parse_objective(spec)
        return spec

    @model_validator(mode="after")
    def _known_settings(self) -> ArmConfig:
        if self.supervision is None and (self.supervision_settings or self.training):
            raise ValueError("supervision_settings and training are of no use without supervision")
        if self.supervision is None and self.teacher is not None:
            raise ValueError("a teacher is of no use without supervision; name its encoder to ask it as it is")
        # they raise where a setting is wrong
        self.buying, self.asking  # noqa: B018
        return self

    @property
    def buying(self) -> BaseModel | None:
        """What is bought to train on, with all defaults; nothing where the encoder stays as it is."""
        if self.supervision is None:
            return None
        return validate(SUPPLIES[self.supervision].settings, self.supervision_settings, "supervision_settings")

    @property
    def asking(self) -> AskSettings:
        """How its questions are asked, with all defaults."""
        return validate(AskSettings, self.query_settings, "query_settings")

    @property
    def spends(self) -> bool:
        """Whether it needs translated words: one that does not is there at budget 0 alone."""
        return self.supervision is not None or QUERIES[self.queries].lexicon

    @property
    def needs(self) -> set[str]:
        """What a language must have for it to be bought; see `clirlab.study.supply.Supply`."""
        needed: set[str] = set()
        if self.supervision is not None:
            needed |= SUPPLIES[self.supervision].needs(self.buying)
        if QUERIES[self.queries].lexicon:
            needed |= needs_of_words(self.asking)
        return needed

    @property
    def shares(self) -> tuple[float, float]:
        """Of the budget, what is spent to train and what on a lexicon; induced from the same sentences both are 1."""
        looks_up = QUERIES[self.queries].lexicon
        if self.supervision is None or not looks_up or self.lexicon_is_induced:
            return 1.0, 1.0
        return 1 - self.lexicon_share, self.lexicon_share

    @property
    def lexicon_is_induced(self) -> bool:
        """Whether its lexicon comes from the very sentence pairs that it trains on."""
        bought = self.buying
        if self.supervision not in ("bitext", "glossed") or not isinstance(bought, BitextSettings):
            return False
        return self.asking.lexicon == "induced" and bought.policy == "random" and bought.longest == self.asking.longest

    @property
    def is_control(self) -> bool:
        """Whether it has nothing of the language: what it gains is generic."""
        generic = self.supervision is not None and SUPPLIES[self.supervision].generic
        return generic or (QUERIES[self.queries].lexicon and self.asking.shuffled)

    @property
    def is_bound(self) -> bool:
        """Whether it asks with people's translations: the upper bound of every remedy."""
        return self.queries == "human" and self.supervision is None


def _arm(explanation: str, supervision: str | None = None, objective: Any = "ot", **fields: Any) -> ArmConfig:
    return ArmConfig(explanation=explanation, supervision=supervision, objective=objective, **fields)


BOTH = {"ot": 1.0, "infonce": 0.1}
ARMS: dict[str, ArmConfig] = {
    "zero-shot": _arm("the encoder as it is"),
    "optical": _arm("optimal-transport distillation on bitext (OPTICAL)", "bitext"),
    "code-switching": _arm("the same objective on artificially code-switched English (BL-CS)", "code-switching"),
    "bitext-mse": _arm("sentence-vector distillation on bitext", "bitext", "mse"),
    "other-language": _arm("control: OPTICAL on bitext of languages that are not asked about", "other-languages"),
    "infonce": _arm("contrastive sentence vectors on bitext", "bitext", "infonce"),
    "ot+infonce": _arm("both objectives on bitext", "bitext", BOTH),
    "code-switching-infonce": _arm(
        "contrastive sentence vectors on code-switched English", "code-switching", "infonce"
    ),
    "code-switching-oracle": _arm("the known alignment of code-switched English as plan", "code-switching", "oracle"),
    "misspelt": _arm("control: OPTICAL on English with typing errors, no translated word", "misspelt-english"),
    "shuffled-bitext": _arm("control: OPTICAL on sentences beside the English of others", "shuffled-bitext"),
    "gloss": _arm("no training: each word of the query replaced by its translation", queries="gloss"),
    "fused": _arm("no training: mean of the scores of query and gloss", queries="fused"),
    "shuffled-fused": _arm(
        "control: the same with a shuffled lexicon", queries="fused", query_settings={"shuffled": True}
    ),
    "centred": _arm("no training: query tokens centred on their mean", centred=True),
    "human": _arm("bound: people's translations of the queries", queries="human"),
}


def controls_of(name: str, arms: dict[str, ArmConfig]) -> list[str]:
    """The generic controls of an arm: those that it names; else those that ask as it does, and for an arm that trains
    all that train and ask natively, since what training gives is generic for the most part. They have its encoder and
    its teacher.

    Examples
    --------
    >>> controls_of("optical", ARMS), controls_of("fused", ARMS)
    (['other-language', 'misspelt', 'shuffled-bitext'], ['shuffled-fused'])
    """
    arm = arms[name]
    if arm.is_control or arm.is_bound or not arm.spends:
        return []
    if arm.controls:
        return list(arm.controls)
    controls = {
        other: config
        for other, config in arms.items()
        if config.is_control and (config.encoder, config.teacher) == (arm.encoder, arm.teacher)
    }
    alike = [
        other
        for other, config in controls.items()
        if config.queries == arm.queries or (arm.supervision and config.supervision and config.queries == "native")
    ]
    return alike or [other for other, config in controls.items() if config.queries == "native"]


def untouched_of(name: str, arms: dict[str, ArmConfig]) -> str:
    """The arm that asks an arm's encoder natively as it is: zero-shot, unless the arm has an encoder of its own.

    Examples
    --------
    >>> own = {"other": ArmConfig(encoder="x"), "taught": ArmConfig(supervision="bitext", encoder="x")}
    >>> untouched_of("optical", ARMS), untouched_of("taught", ARMS | own)
    ('zero-shot', 'other')
    """
    encoder = arms[name].encoder
    plain = (
        other
        for other, arm in arms.items()
        if arm.encoder == encoder and arm.queries == "native" and arm.supervision is None and not arm.centred
    )
    return next(plain, "zero-shot")
