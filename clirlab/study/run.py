"""A configuration in, a results table out: each cell trained, asked and written; a second call goes on."""

from __future__ import annotations

from pathlib import Path

from tqdm.auto import tqdm

from clirlab.study.cells import cells_of
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.laboratory import Laboratory
from clirlab.study.results import Results, is_done, open_run, read_results, write_cell


def run_study(
    config: str | Path | StudyConfig = "demo",
    out: str | Path | None = None,
    fresh: bool = False,
    progress: bool = True,
    laboratory: Laboratory | None = None,
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
    laboratory : Laboratory, optional
        Of the same material, which then need not be read again.

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
    laboratory = Laboratory(chosen) if laboratory is None else laboratory.with_arms(chosen)
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
