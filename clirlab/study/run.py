"""A configuration in, a results table out: each cell trained, asked and written; a second call goes on."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from clirlab import transport
from clirlab.corpora import Bitext, Collection, load_bitext, load_collection, load_lexicon, overlap
from clirlab.errors import InputError
from clirlab.evaluation import evaluate, parse_measures
from clirlab.files import write_aside
from clirlab.models import TokenEncoder, load_encoder
from clirlab.retrieval import PassageVectors, encode_passages, rank
from clirlab.study.arms import ARMS, Arm, Material, Purchase
from clirlab.study.config import LanguageConfig, StudyConfig, read_config
from clirlab.study.results import Cell, Results, cells_of, is_done, open_run, read_results, write_cell
from clirlab.supervision import perturb, purchases
from clirlab.training import Trained, train


def run_study(
    config: str | Path | StudyConfig = "demo", out: str | Path | None = None, fresh: bool = False, progress: bool = True
) -> Results:
    """Run a study, or what is left of it.

    Parameters
    ----------
    config : str, Path or StudyConfig
        A YAML file, the name of a study that comes with the package, or a configuration.
    out : str or Path, optional
        The run folder; ``runs/NAME`` where not given. Cells that are done there are not run again.
    fresh : bool
        Move a run folder that is there aside and start anew.
    progress : bool
        Show a progress bar over the cells.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If anything about the configuration or its data is wrong (all data are read before the first cell is run), or
        the run folder holds another configuration's results.
    """
    chosen = config if isinstance(config, StudyConfig) else read_config(config)
    folder = Path(out) if out is not None else Path("runs") / chosen.name
    laboratory = Laboratory(chosen)
    open_run(folder, chosen, fresh)
    open_cells = [cell for cell in cells_of(chosen) if not is_done(folder, cell)]
    with tqdm(total=len(cells_of(chosen)), desc=f"study {chosen.name}", unit="cell", disable=not progress) as bar:
        bar.update(len(cells_of(chosen)) - len(open_cells))
        for cell in open_cells:
            bar.set_postfix_str(cell.name)
            rows, record = laboratory.run(cell, folder)
            write_cell(folder, cell, rows, record)
            bar.update()
    return read_results(folder)


class Laboratory:
    """What the cells of a study share: the encoder, the material, the passages' vectors, the student trained last."""

    def __init__(self, config: StudyConfig) -> None:
        self.config = config
        self.collections = {code: load_collection(own.collection) for code, own in config.languages.items()}
        control = load_bitext(config.control_bitext) if config.control_bitext else None
        clean = _without_tested(control, self.collections.values()) if control else None
        self.material: dict[str, Material] = {}
        self.examples: dict[str, Bitext] = {}
        self.left_out: dict[str, int] = {}
        for code, language in config.languages.items():
            whole = load_bitext(language.bitext)
            bitext = _without_tested(whole, [self.collections[code]])
            self.left_out[code] = len(whole) - len(bitext)
            self.examples[code], self.material[code] = _divide(bitext, language, clean)
        self._check_purchases()
        self.encoder: TokenEncoder = load_encoder(config.encoder)
        # no measure looks below its cutoff
        measures = parse_measures(config.measures).values()
        self._depth = max(int(measure.params.get("cutoff", 1000)) for measure in measures)
        self._passages: dict[str, PassageVectors] = {}
        self._last_student: tuple[Any, Trained] | None = None

    def _check_purchases(self) -> None:
        """Every arm can be paid at every budget: found out before the first hour of training, not after it."""
        for cell in cells_of(self.config):
            self.purchase(cell)

    def purchase(self, cell: Cell) -> Purchase | None:
        arm = ARMS[cell.arm]
        return arm.buy(self.material[cell.language], cell.budget, cell.seed) if arm else None

    def run(self, cell: Cell, folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
        """Train where the arm does, ask all queries at all severities; the rows of the table and a record."""
        start = time.perf_counter()
        student, record = self.encoder, {"pairs": 0, "words": 0, "description": "nothing"}
        left_out = {"overlapping": self.left_out[cell.language]}
        arm, purchase = ARMS[cell.arm], self.purchase(cell)
        if arm and purchase:
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
        rows = self._ask(student, cell)
        return rows, record | left_out | {"seconds": time.perf_counter() - start}

    def _contents(self, cell: Cell, purchase: Purchase) -> dict[str, float]:
        """The foreign words in what was bought, and how much of the questions' vocabulary they cover."""
        questions = self.collections[cell.language].queries["text"].tolist()
        row = purchases({cell.arm: purchase.pairs}, questions).iloc[0]
        return {name: float(row[name]) for name in ("types", "tokens", "type_coverage", "token_coverage")}

    def _train(self, cell: Cell, arm: Arm, purchase: Purchase) -> Trained:
        """Train a student, or hand out the last one again where the next language is asked of the same one."""
        key = (purchase.pairs, cell.arm, cell.seed)
        if self._last_student is None or self._last_student[0] != key:
            settings = self.config.training_of(cell.arm).model_dump()
            self._last_student = None  # two students at a time would need the memory of both
            trained = train(self.encoder, purchase.pairs, arm.objective, seed=cell.seed, progress=False, **settings)
            self._last_student = (key, trained)
        return self._last_student[1]

    def _ask(self, student: TokenEncoder, cell: Cell) -> pd.DataFrame:
        collection, damage = self.collections[cell.language], self.config.perturbation
        passages = self._passages_of(collection)
        parts = []
        for severity in damage.severities:
            asked = perturb(
                collection.queries["text"].tolist(),
                damage.kind,
                severity,
                cell.seed,
                collection.query_language,
                self.material[cell.language].lexicon,
            )
            queries = student.encode(asked, kind="query")
            for scorer in self.config.scorers:
                run = rank(queries, collection, passages, scorer, self._depth)
                values = evaluate(run, collection.qrels, self.config.measures)
                parts.append(values.assign(severity=severity, scorer=scorer))
        rows = pd.concat(parts, ignore_index=True)
        return rows.assign(**cell._asdict(), perturbation=damage.kind, collection=collection.name)

    def _passages_of(self, collection: Collection) -> PassageVectors:
        """Vectors of a collection's documents, encoded once for collections over the same documents and ids."""
        key = str(pd.util.hash_pandas_object(collection.docs[["doc_id", "text"]]).sum())
        if key not in self._passages:
            self._passages[key] = encode_passages(self.encoder, collection)
        return self._passages[key]

    def _shown(self, language: str) -> Cell:
        """The cell whose plan the report shows: OPTICAL at the largest budget, first seed."""
        return Cell(language, "optical", self.config.budgets[-1], self.config.seeds[0])

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


def _without_tested(bitext: Bitext, collections: Iterable[Collection]) -> Bitext:
    """The sentence pairs that no test collection holds: what is asked about must not be trained on."""
    for collection in collections:
        found = overlap(bitext, collection)
        if found:
            warnings.warn(
                f"{len(found):,} of {found.pairs:,} sentence pairs of {bitext.name} occur in {collection.name}; "
                "they are left out",
                UserWarning,
                stacklevel=2,
            )
        bitext = found.bitext
        if not bitext:
            raise InputError(f"{bitext.name}: {collection.name} holds all of its sentence pairs; choose another bitext")
    return bitext


def _divide(whole: Bitext, language: LanguageConfig, control: Bitext | None) -> tuple[Bitext, Material]:
    """The first sentence pair, for the report to show, and the rest with the lexicon, for the arms to buy."""
    rest = whole.take(range(1, len(whole)))
    return whole.take([0]), Material(rest, load_lexicon(language.lexicon), control)
