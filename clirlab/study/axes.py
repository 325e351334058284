"""The axes of a study beside arms, budgets and seeds: languages and how unknown they are made, damage and noise."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from clirlab.errors import unknown_name
from clirlab.supervision import NOISES, PseudoLanguage, pseudo_language
from clirlab.supervision.perturb import PERTURBATIONS

STRICT = ConfigDict(frozen=True, extra="forbid")
PROCESSES = ("phonological", "morphological", "lexical")
# a mismatch of domain needs sentence pairs of another source, which a study does not name
STUDIED_NOISES = tuple(name for name in NOISES if name != "other-domain")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else () if value is None else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


def rising(values: tuple[float, ...], what: str, from_zero: bool = True) -> tuple[float, ...]:
    """The values, where they rise, within [0, 1] and from 0 if that is asked."""
    start = "from 0 to" if from_zero else "within 0 and"
    begun = values[:1] == (0.0,) if from_zero else bool(values) and values[0] >= 0
    if not begun or sorted(set(values)) != list(values) or values[-1] > 1:
        raise ValueError(f"{what} must rise {start} at most 1")
    return values


class PseudoConfig(BaseModel):
    """How a language is made unknown, by one cipher for all that is in it: see `clirlab.supervision.pseudo_language`.

    Attributes
    ----------
    kind : str
        Which process the dial turns, or ``all`` of them.
    dials : tuple of float
        The language is asked at each of them; 0 is the language itself.
    seed : int
        Of the cipher. The generic control, another pseudo-language, has the next one.
    keep : tuple of str
        Words that stay; names and English words are known by the passages, which must then be English.
    """

    model_config = STRICT
    kind: Literal["phonological", "morphological", "lexical", "all"] = "lexical"
    dials: tuple[float, ...] = (0.0, 1.0)
    seed: int = Field(0, ge=0)
    keep: tuple[Literal["numbers", "names", "english"], ...] = ("numbers",)

    @field_validator("dials")
    @classmethod
    def _rising(cls, dials: tuple[float, ...]) -> tuple[float, ...]:
        return rising(dials, "dials", from_zero=False)

    def cipher(self, language: str, dial: float, english: list[str], other: bool = False) -> PseudoLanguage:
        """The pseudo-language at a dial; `other`: the one that the generic control is made of, at dial 1.

        Nothing of the language is left in that one, at whichever dial the language itself is asked.
        """
        processes = PROCESSES if self.kind == "all" else (self.kind,)
        turned = dict.fromkeys(processes, 1.0 if other else dial)
        return pseudo_language(language, **turned, seed=self.seed + other, keep=self.keep, english=english)  # type: ignore[arg-type]


class LanguageConfig(BaseModel):
    """Where one language's questions and supervision come from; ids as the loaders take them.

    Several collections are asked as one, and several bitexts are joined. What no arm buys need not be there.

    Attributes
    ----------
    control_bitext : tuple of str
        Of other languages, in place of the study's.
    pseudo : PseudoConfig, optional
        The language is asked as it is and made unknown.
    budgets : tuple of int
        Those of the study's budgets at which arms are run in it; all where none is named.
    """

    model_config = STRICT
    collection: Names = Field(min_length=1)
    bitext: Names = ()
    lexicon: str | None = None
    control_bitext: Names = ()
    pseudo: PseudoConfig | None = None
    budgets: tuple[int, ...] = ()

    @property
    def dials(self) -> tuple[float, ...]:
        """How unknown the language is made, in turn."""
        return (0.0,) if self.pseudo is None else self.pseudo.dials


class PerturbationConfig(BaseModel):
    """Which damage the queries take, in which doses."""

    model_config = STRICT
    kind: str = "typos"
    severities: tuple[float, ...] = (0.0,)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in PERTURBATIONS:
            raise unknown_name("perturbation", kind, PERTURBATIONS)
        return kind

    @field_validator("severities")
    @classmethod
    def _rising(cls, severities: tuple[float, ...]) -> tuple[float, ...]:
        return rising(severities, "severities")


class NoiseConfig(BaseModel):
    """How the supervision that arms buy is damaged, in which doses: paid all the same.

    Attributes
    ----------
    kind : str
        What becomes of a share of the sentence pairs, see `clirlab.supervision.noise`. Of a lexicon, that share of the
        entries gets the translations of others; one that is induced is induced from damaged sentences.
    shares : tuple of float
        Rising from 0, at most 1.
    """

    model_config = STRICT
    kind: str = "misaligned"
    shares: tuple[float, ...] = (0.0,)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in STUDIED_NOISES:
            raise unknown_name("noise", kind, STUDIED_NOISES)
        return kind

    @field_validator("shares")
    @classmethod
    def _rising(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        return rising(shares, "shares")


def one_or_several(value: Any) -> Any:
    """A mapping as a list of one."""
    return (value,) if isinstance(value, dict | PerturbationConfig) else value
