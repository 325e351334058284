"""A study's configuration in; one cell after the other trained, asked and measured out."""

from __future__ import annotations

import copy
import hashlib
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from clirlab import transport
from clirlab.corpora import Bitext, Collection, load_bitext, load_collection, pooled_with
from clirlab.evaluation import evaluate, overlap_of_runs, parse_measures
from clirlab.files import cache_root, write_aside
from clirlab.models import TokenEncoder, fingerprint, load_encoder
from clirlab.retrieval import Index, Vectors, build_index, encode_passages, open_index
from clirlab.study.arms import ARMS, ArmConfig
from clirlab.study.asking import BM25, QUERIES, Asked, ask, runs_of
from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig
from clirlab.study.material import Material, material_of, without_tested
from clirlab.study.supply import SUPPLIES, Bought, Purchase, buy_words
from clirlab.supervision import TextPairs, perturb, purchases
from clirlab.training import Trained, TrainingSettings, train


class Laboratory:
    """What the cells of a study share: the encoder, the material, the passages' vectors, the student trained last."""

    def __init__(self, config: StudyConfig) -> None:
        self.config = config
        pool = [load_collection(name) for name in config.pool]
        self.collections = {
            code: pooled_with([load_collection(name) for name in own.collection], pool)
            for code, own in config.languages.items()
        }
        controls = tuple(without_tested(load_bitext(name), self.collections.values()) for name in config.control_bitext)
        self.material: dict[str, Material] = {}
        self.examples: dict[str, Bitext] = {}
        self.left_out: dict[str, int] = {}
        for code, language in config.languages.items():
            self.material[code], self.examples[code], self.left_out[code] = material_of(
                language.bitext, language.lexicon, self.collections[code], controls, config.take_all
            )
        self._check_budgets()
        self.encoder: TokenEncoder = load_encoder(config.encoder)
        # no measure looks below its cutoff
        measures = parse_measures(config.measures).values()
        self._depth = max(int(measure.params.get("cutoff", 1000)) for measure in measures)
        self._passages: dict[str, Vectors] = {}
        # arms that buy the same sentences share the teacher's vectors of them
        self._teacher_vectors = TemporaryDirectory(prefix="clirlab-")
        self._human_runs: dict[str, pd.DataFrame | None] = {}
        self._last_student: tuple[Any, Trained] | None = None

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
            if cell.budget and cell.seed == self.config.seeds[0]:
                self.purchase(cell, only_pay=True)
                self.lexicon(cell)

    def purchase(self, cell: Cell, only_pay: bool = False) -> Any:
        """What the cell's arm trains on, a `Purchase`; `only_pay` sees that it can be paid, and saves the rest."""
        arm = self.config.arms[cell.arm]
        if arm.supervision is None:
            return None
        supply, budget = SUPPLIES[arm.supervision], int(arm.shares[0] * cell.budget)
        buy = supply.pay if only_pay and supply.pay else supply.buy
        return buy(self.material[cell.language], budget, cell.seed, arm.buying)

    def lexicon(self, cell: Cell) -> Bought | None:
        """What the cell's arm looks up at test time."""
        arm = self.config.arms[cell.arm]
        if not QUERIES[arm.queries].lexicon:
            return None
        return buy_words(self.material[cell.language], int(arm.shares[1] * cell.budget), cell.seed, arm.asking)

    def run(self, cell: Cell, folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Train where the arm does, ask all queries at all severities; the rows of the table and a record."""
        start = time.perf_counter()
        student = self.encoder
        record: dict[str, Any] = {"pairs": 0, "words": 0, "description": "nothing"}
        arm, purchase, lexicon = self.config.arms[cell.arm], self.purchase(cell), self.lexicon(cell)
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
        return rows, record | seen | {"overlapping": self.left_out[cell.language], "seconds": seconds}

    def _looked_up(self, record: dict[str, Any], lexicon: Bought, arm: ArmConfig) -> dict[str, Any]:
        """The lexicon in the record; one that was induced from the bitext trained on is paid already."""
        told = f"{len(lexicon.lexicon):,} entries ({arm.asking.lexicon}) to look up"
        description = told if record["pairs"] == 0 else f"{record['description']}; {told}"
        words = record["words"] if arm.lexicon_is_induced else record["words"] + lexicon.words
        return {"words": words, "entries": len(lexicon.lexicon), "description": description}

    def _contents(self, cell: Cell, purchase: Purchase) -> dict[str, float]:
        """The foreign words in what was bought, and how much of the questions' vocabulary they cover."""
        questions = self.collections[cell.language].queries["text"].tolist()
        row = purchases({cell.arm: purchase.pairs}, questions).iloc[0]
        return {name: float(row[name]) for name in ("types", "tokens", "type_coverage", "token_coverage")}

    def _train(self, cell: Cell, arm: ArmConfig, purchase: Purchase) -> Trained:
        """Train a student, or hand out the last one again where another cell asks the same one."""
        settings = self.config.training_of(cell.arm)
        recipe = json.dumps([arm.objective, settings.model_dump(), cell.seed], sort_keys=True)
        if self._last_student is None or self._last_student[0] != (recipe, purchase.pairs):
            self._last_student = None  # two students at a time would need the memory of both
            pairs = reached(purchase.pairs, settings, cell.seed)
            trained = train(
                self.encoder,
                pairs,
                arm.objective,
                seed=cell.seed,
                progress=False,
                cache=self._teacher_vectors.name,
                **settings.model_dump(),
            )
            self._last_student = ((recipe, purchase.pairs), trained)
        return self._last_student[1]

    def _ask(
        self, student: TokenEncoder, cell: Cell, arm: ArmConfig, lexicon: Bought | None
    ) -> tuple[pd.DataFrame, dict[str, float]]:
        """The rows of the table, and of the undamaged queries what was seen beside their scores."""
        collection, damage = self.collections[cell.language], self.config.perturbation
        if arm.queries == "human":
            collection = collection.with_queries("human_translation")
        parts, seen = [], {}
        for severity in damage.severities:
            texts = perturb(
                collection.queries["text"].tolist(),
                damage.kind,
                severity,
                cell.seed,
                collection.query_language,
                self.material[cell.language].lexicon,
            )
            asked = ask(texts, arm.queries, lexicon.lexicon if lexicon else None, arm.asking, self.encoder)
            runs = self._runs(student, arm, asked, collection)
            for scorer, run in runs:
                values = evaluate(run, collection.qrels, self.config.measures)
                parts.append(values.assign(severity=severity, scorer=scorer))
            if severity == 0:
                seen = self._seen(cell.language, asked, runs[0][1])
        rows = pd.concat(parts, ignore_index=True)
        return rows.assign(**cell._asdict(), perturbation=damage.kind, collection=collection.name), seen

    def _seen(self, language: str, asked: Asked, run: pd.DataFrame) -> dict[str, float]:
        """The share of the queries' words that the lexicon holds, and how alike they and their translations rank."""
        seen = {} if asked.lexicon is None else {"glossed": asked.share}
        human = self._human_run(language)
        return seen if human is None else seen | {"overlap": float(overlap_of_runs(run, human)["overlap"].mean())}

    def _human_run(self, language: str) -> pd.DataFrame | None:
        """The run of people's translations with the untouched encoder, where the collection has them."""
        if language not in self._human_runs:
            collection, run = self.collections[language], None
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
        passages = self._passages_of(collection)
        return runs_of(
            asked, collection, passages, student, self.encoder, scorers, arm.asking, arm.centred, self._depth,
            self.config.search_dtype,
        )  # fmt: skip

    def _passages_of(self, collection: Collection) -> Vectors:
        """Vectors of a collection's documents, encoded once for collections over the same documents and ids."""
        key = _checksum(collection)
        if key not in self._passages:
            if self.config.passages == "memory":
                self._passages[key] = encode_passages(self.encoder, collection)
            else:
                self._passages[key] = self._index_of(collection, key)
        return self._passages[key]

    def _index_of(self, collection: Collection, key: str) -> Index:
        """An index in the cache folder, where other studies find it."""
        folder = cache_root() / "passages" / f"{fingerprint(self.encoder)[:16]}-{key[:16]}"
        if folder.is_dir():
            return open_index(folder, self.encoder)
        return build_index(self.encoder, collection, folder)

    def _shown(self, language: str) -> Cell | None:
        """The cell whose plan the report shows: OPTICAL at the largest budget, first seed."""
        shown = (
            name for name, arm in self.config.arms.items() if arm.supervision == "bitext" and arm.objective == "ot"
        )
        name = next(shown, None)
        return None if name is None else Cell(language, name, self.config.budgets[-1], self.config.seeds[0])

    def _keep_plans(self, student: TokenEncoder, language: str, folder: Path) -> None:
        """The plan of the sentence pair that was kept out of training, before and after distillation."""
        pair = self.examples[language]
        english = self.encoder.encode(pair.english, kind="query").content(0)
        vectors = self.encoder.encode(self.material[language].bitext.english[:200], kind="query")
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


def _checksum(collection: Collection) -> str:
    """Of the documents' ids and texts, in whatever order."""
    digest = hashlib.sha256()
    for doc_id, text in sorted(zip(collection.docs["doc_id"], collection.docs["text"], strict=True)):
        digest.update(f"{len(doc_id)} {doc_id} {len(text)} {text}".encode())
    return digest.hexdigest()
