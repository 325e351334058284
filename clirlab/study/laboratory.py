"""A study's configuration in; one cell after the other trained, asked and measured out."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from clirlab import transport
from clirlab.corpora import Collection, load_bitext, load_collection, pooled_with
from clirlab.errors import InputError
from clirlab.evaluation import evaluate, overlap_of_runs, parse_measures
from clirlab.files import write_aside
from clirlab.models import TokenEncoder, load_encoder
from clirlab.study.arms import ARMS, ArmConfig
from clirlab.study.asking import BM25, QUERIES, Asked, ask, runs_of
from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig
from clirlab.study.material import Material, Noise, Place, place_of, respelled
from clirlab.study.negatives import sentences_as_passages
from clirlab.study.shelf import Shelf
from clirlab.study.supply import SUPPLIES, Bought, Purchase, buy_words
from clirlab.supervision import TextPairs, perturb, purchases
from clirlab.training import Trained, TrainingSettings, parse_objective, train


class Laboratory:
    """What the cells of a study share: encoders, the material, the passages' vectors, the student trained last.

    Attributes
    ----------
    places : dict of str to Place
        Of each language as it is; see `place` for its dials.
    """

    def __init__(self, config: StudyConfig) -> None:
        self.config = config
        pool = [load_collection(name) for name in config.pool]
        bitexts = {name: load_bitext(name) for code in config.languages for name in config.control_bitext_of(code)}
        self.places: dict[str, Place] = {}
        for code, own in config.languages.items():
            collection = pooled_with([load_collection(name) for name in own.collection], pool)
            controls = [bitexts[name] for name in config.control_bitext_of(code)]
            self.places[code] = place_of(collection, own.bitext, own.lexicon, controls, config.take_all)
        self._respelled: dict[tuple[str, float], Place] = {}
        self._check_budgets()
        self._encoders: dict[str, TokenEncoder] = {}
        self._check_encoders()
        # no measure looks below its cutoff
        measures = parse_measures(config.measures).values()
        self._depth = max(int(measure.params.get("cutoff", 1000)) for measure in measures)
        self._shelf = Shelf(config.passages)
        # arms that buy the same sentences share the teacher's vectors of them
        self._teacher_vectors = TemporaryDirectory(prefix="clirlab-")
        self._human_runs: dict[str, pd.DataFrame | None] = {}
        self._last_student: tuple[Any, Trained] | None = None

    @property
    def encoder(self) -> TokenEncoder:
        """The study's, as it is."""
        return self._encoder(self.config.encoder)

    @property
    def collections(self) -> dict[str, Collection]:
        """What is asked in each language as it is."""
        return {code: place.collection for code, place in self.places.items()}

    @property
    def material(self) -> dict[str, Material]:
        """What can be bought for each language as it is."""
        return {code: place.material for code, place in self.places.items()}

    def place(self, language: str, dial: float = 0.0) -> Place:
        """A language at one of its dials; made once."""
        pseudo = self.config.languages[language].pseudo
        if not dial or pseudo is None:
            return self.places[language]
        if (language, dial) not in self._respelled:
            self._respelled[language, dial] = respelled(self.places[language], pseudo, dial)
        return self._respelled[language, dial]

    def with_arms(self, config: StudyConfig) -> Laboratory:
        """A laboratory of other arms on the same material, which is not read again.

        Raises
        ------
        InputError
            If an arm cannot be paid.
        ValueError
            If the configuration is of other material.
        """
        if material_key(config) != material_key(self.config):
            raise ValueError("the configuration is of other material; make a Laboratory of its own")
        other = copy.copy(self)
        other.config, other._last_student = config, None
        other._check_budgets()
        return other

    def _check_budgets(self) -> None:
        """Every arm can be paid: found out before the first hour of training, not after it."""
        for cell in cells_of(self.config):
            if cell.budget and cell.seed == self.config.seeds[0] and not cell.noise:
                # a word stays one word whatever it is called, so that nothing need be respelled for this
                material = self.places[cell.language].material
                material = replace(material, controls=(material.bitext,)) if cell.dial else material
                self._buy(cell, material, only_pay=True)
                self._buy_words(cell, material)

    def _check_encoders(self) -> None:
        """Every encoder can be loaded, and every student learn from its teacher."""
        for name, arm in self.config.arms.items():
            student, teacher = self._models(arm)
            if teacher.dim != student.dim and self.config.training_of(name).projection == "none":
                raise InputError(
                    f"the arm {name}: its teacher has vectors of width {teacher.dim}, its encoder of {student.dim}; "
                    "give it training: {projection: learn, teacher_share: 0}"
                )

    def _encoder(self, name: str) -> TokenEncoder:
        if name not in self._encoders:
            self._encoders[name] = load_encoder(name)
        return self._encoders[name]

    def _models(self, arm: ArmConfig) -> tuple[TokenEncoder, TokenEncoder]:
        """An arm's encoder before training and the encoder of its passages, which is its teacher."""
        student = self._encoder(arm.encoder or self.config.encoder)
        return student, student if arm.teacher is None else self._encoder(arm.teacher)

    def _material(self, cell: Cell) -> Material:
        material = self.place(cell.language, cell.dial).material
        return replace(material, noise=Noise(self.config.noise.kind, cell.noise)) if cell.noise else material

    def purchase(self, cell: Cell) -> Purchase | None:
        """What the cell's arm trains on."""
        return self._buy(cell, self._material(cell))

    def _buy(self, cell: Cell, material: Material, only_pay: bool = False) -> Any:
        """A `Purchase`; `only_pay` sees that it can be paid, and saves the rest."""
        arm = self.config.arms[cell.arm]
        if arm.supervision is None:
            return None
        supply, budget = SUPPLIES[arm.supervision], int(arm.shares[0] * cell.budget)
        buy = supply.pay if only_pay and supply.pay else supply.buy
        return buy(material, budget, cell.seed, arm.buying)

    def lexicon(self, cell: Cell) -> Bought | None:
        """What the cell's arm looks up at test time."""
        return self._buy_words(cell, self._material(cell))

    def _buy_words(self, cell: Cell, material: Material) -> Bought | None:
        arm = self.config.arms[cell.arm]
        if not QUERIES[arm.queries].lexicon:
            return None
        return buy_words(material, int(arm.shares[1] * cell.budget), cell.seed, arm.asking)

    def run(self, cell: Cell, folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Train where the arm does, ask all queries at all severities; the rows of the table and a record."""
        start = time.perf_counter()
        arm, purchase, lexicon = self.config.arms[cell.arm], self.purchase(cell), self.lexicon(cell)
        student, _ = self._models(arm)
        record: dict[str, Any] = {"pairs": 0, "words": 0, "description": "nothing"}
        if purchase:
            trained = self._train(cell, arm, purchase)
            student = trained.encoder
            loss = trained.history["loss"]
            record = {
                "pairs": len(purchase.pairs),
                "words": purchase.words,
                "description": purchase.description,
                **self._contents(cell, purchase),
                "first_loss": float(loss.iloc[0]),
                "last_loss": float(loss.iloc[-1]),
            }
            if cell == self._shown(cell.language):
                self._keep_plans(student, cell.language, folder)
        if lexicon:
            record |= self._looked_up(record, lexicon, arm)
        rows, seen = self._ask(student, cell, arm, lexicon)
        seconds = time.perf_counter() - start
        return rows, record | seen | {"overlapping": self.places[cell.language].left_out, "seconds": seconds}

    def _looked_up(self, record: dict[str, Any], lexicon: Bought, arm: ArmConfig) -> dict[str, Any]:
        """The lexicon in the record; one that was induced from the bitext trained on is paid already."""
        told = f"{len(lexicon.lexicon):,} entries ({arm.asking.lexicon}) to look up"
        description = told if record["pairs"] == 0 else f"{record['description']}; {told}"
        words = record["words"] if arm.lexicon_is_induced else record["words"] + lexicon.words
        return {"words": words, "entries": len(lexicon.lexicon), "description": description}

    def _contents(self, cell: Cell, purchase: Purchase) -> dict[str, float]:
        """The foreign words in what was bought, and how much of the questions' vocabulary they cover."""
        questions = self.place(cell.language, cell.dial).collection.queries["text"].tolist()
        row = purchases({cell.arm: purchase.pairs}, questions).iloc[0]
        return {name: float(row[name]) for name in ("types", "tokens", "type_coverage", "token_coverage")}

    def _train(self, cell: Cell, arm: ArmConfig, purchase: Purchase) -> Trained:
        """Train a student, or hand out the last one again where another cell asks the same one."""
        settings = self.config.training_of(cell.arm)
        recipe = json.dumps([arm.objective, arm.encoder, arm.teacher, settings.model_dump(), cell.seed], sort_keys=True)
        if self._last_student is None or self._last_student[0] != (recipe, purchase.pairs):
            self._last_student = None  # two students at a time would need the memory of both
            pairs = reached(purchase.pairs, settings, cell.seed)
            student, teacher = self._models(arm)
            ranks = {"passages", "positives"} & parse_objective(arm.objective).needs
            trained = train(
                student,
                pairs,
                arm.objective,
                seed=cell.seed,
                progress=False,
                teacher=None if arm.teacher is None else teacher,
                passages=sentences_as_passages(pairs) if ranks else None,
                cache=self._teacher_vectors.name,
                **settings.model_dump(),
            )
            self._last_student = ((recipe, purchase.pairs), trained)
        return self._last_student[1]

    def _ask(
        self, student: TokenEncoder, cell: Cell, arm: ArmConfig, lexicon: Bought | None
    ) -> tuple[pd.DataFrame, dict[str, float]]:
        """The rows of the table, and of the undamaged queries what was seen beside their scores."""
        place, (_, teacher) = self.place(cell.language, cell.dial), self._models(arm)
        collection = place.collection.with_queries("human_translation") if arm.queries == "human" else place.collection
        native, parts, seen = collection.queries["text"].tolist(), [], {}
        for number, damage in enumerate(self.config.perturbations):
            # undamaged queries are the same whatever the damage would be
            for severity in damage.severities[1 if number else 0 :]:
                texts = perturb(
                    native,
                    damage.kind,
                    severity,
                    cell.seed,
                    collection.query_language,
                    place.material.lexicon if damage.kind == "code-mixed" else None,
                )
                asked = ask(texts, arm.queries, lexicon.lexicon if lexicon else None, arm.asking, teacher)
                runs = self._runs(student, arm, asked, collection)
                for scorer, run in runs:
                    values = evaluate(run, collection.qrels, self.config.measures)
                    parts.append(values.assign(perturbation=damage.kind, severity=severity, scorer=scorer))
                if severity == 0:
                    seen = self._seen(cell.language, asked, runs[0][1])
        rows = pd.concat(parts, ignore_index=True)
        return rows.assign(**cell._asdict(), collection=collection.name), seen

    def _seen(self, language: str, asked: Asked, run: pd.DataFrame) -> dict[str, float]:
        """The share of the queries' words that the lexicon holds, and how alike they and their translations rank."""
        seen = {} if asked.lexicon is None else {"glossed": asked.share}
        human = self._human_run(language)
        return seen if human is None else seen | {"overlap": float(overlap_of_runs(run, human)["overlap"].mean())}

    def _human_run(self, language: str) -> pd.DataFrame | None:
        """The run of people's translations with the untouched encoder, where the collection has them."""
        if language not in self._human_runs:
            collection, run = self.places[language].collection, None
            if "human_translation" in collection.queries:
                translated = collection.with_queries("human_translation")
                asked = Asked(*[translated.queries["text"].tolist()] * 2)
                run = self._runs(self.encoder, ARMS["human"], asked, translated)[0][1]
            self._human_runs[language] = run
        return self._human_runs[language]

    def _runs(
        self, student: TokenEncoder, arm: ArmConfig, asked: Asked, collection: Collection
    ) -> list[tuple[str, pd.DataFrame]]:
        """The run of each scorer; BM25 has no encoder, so that arms that train one have none of it."""
        scorers = [name for name in self.config.scorers if name != BM25 or arm.supervision is None]
        _, teacher = self._models(arm)
        passages = self._shelf.vectors(collection, teacher)
        return runs_of(
            asked, collection, passages, student, teacher, scorers, arm.asking, arm.centred, self._depth,
            self.config.search_dtype,
        )  # fmt: skip

    def _shown(self, language: str) -> Cell | None:
        """The cell whose plan the report shows: OPTICAL at the largest budget, first seed, taught by itself."""
        shown = (
            name
            for name, arm in self.config.arms.items()
            if arm.supervision == "bitext" and arm.objective == "ot" and arm.encoder is None and arm.teacher is None
        )
        name = next(shown, None)
        return None if name is None else Cell(language, name, self.config.budgets[-1], self.config.seeds[0])

    def _keep_plans(self, student: TokenEncoder, language: str, folder: Path) -> None:
        """The plan of the sentence pair that was kept out of training, before and after distillation."""
        pair = self.places[language].example
        english = self.encoder.encode(pair.english, kind="query").content(0)
        vectors = self.encoder.encode(self.places[language].material.bitext.english[:200], kind="query")
        center = vectors.vectors[vectors.mask].mean(0)
        frames = []
        for state, encoder in (("before", self.encoder), ("after", student)):
            foreign = encoder.encode(pair.source, kind="query").content(0)
            plan = transport.solve(transport.cosine_cost(foreign[1], english[1], center), method="exact")
            frames.append(plan.to_frame(foreign[0], english[0]).assign(panel=state, value=plan.value.item()))
        with write_aside(folder / "plans" / f"{language}.parquet") as partial:
            pd.concat(frames, ignore_index=True).to_parquet(partial, index=False)


def material_key(config: StudyConfig) -> str:
    """What the material, the encoder and the passages of a study depend on, as text."""
    named = {"encoder", "languages", "pool", "control_bitext", "take_all", "measures", "passages"}
    return config.model_dump_json(include=named)


def reached(pairs: TextPairs, settings: TrainingSettings, seed: int) -> TextPairs:
    """As many of the pairs as training comes to see, at random: the rest need not be encoded."""
    seen = settings.steps * settings.batch_size * settings.accumulate
    if settings.batch_tokens is not None or seen >= len(pairs):
        return pairs
    return pairs.take(np.sort(np.random.default_rng(seed).permutation(len(pairs))[:seen]).tolist())
