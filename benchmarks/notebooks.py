"""Run time and size of every notebook, executed by papermill with its default values on the demo.

    python benchmarks/notebooks.py [NAME …]

A name may be the first two digits. The study of `60` and `90` is run once, by whichever comes first. About ten minutes
on two cores.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import papermill

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def main(wanted: list[str]) -> None:
    print("| notebook | seconds | KiB |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
            if wanted and not notebook.name.startswith(tuple(wanted)):
                continue
            done, start = Path(folder) / notebook.name, time.perf_counter()
            papermill.execute_notebook(
                str(notebook), str(done), {"interactive": False}, cwd=folder, progress_bar=False, kernel_name="python3"
            )
            seconds = time.perf_counter() - start
            print(f"| `{notebook.stem}` | {seconds:.0f} | {done.stat().st_size / 1024:,.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
