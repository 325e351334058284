"""A wheel built from the tree holds what the demo needs and works in an empty folder, away from the tree."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TINY = {
    "name": "tiny",
    "question": "does the wheel hold it all?",
    "languages": {"so": {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}},
    "arms": ["zero-shot", "code-switching"],
    "budgets": [0, 60],
    "seeds": [0],
    "training": {"steps": 1},
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_demo_is_inside(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    demo = {path.relative_to(ROOT).as_posix() for path in (ROOT / "data" / "demo").rglob("*") if path.is_file()}
    assert {f"clirlab/{path}" for path in demo | {"studies/demo.yaml"}} <= names
    notebooks = {f"clirlab/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "notebooks").glob("*.*")}
    assert notebooks == {name for name in names if name.startswith("clirlab/notebooks/")}
    assert {"clirlab/study/report.html.j2", "clirlab/batch/index.html.j2", "clirlab/corpora/originals.tsv"} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "figures/"))]


@pytest.mark.slow
def test_it_works_in_an_empty_folder(wheel, tmp_path):
    unpacked, empty = tmp_path / "unpacked", tmp_path / "empty"
    zipfile.ZipFile(wheel).extractall(unpacked)
    empty.mkdir()
    (empty / "tiny.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    # the dependencies come from this environment, whose link to the tree is not followed from PYTHONPATH
    path = os.pathsep.join([str(unpacked), sysconfig.get_path("purelib")])
    # the interpreter below the virtual environment, so that only these folders are searched
    python = getattr(sys, "_base_executable", sys.executable)

    def run(code):
        environment = os.environ | {"PYTHONPATH": path, "PYTHONNOUSERSITE": "1"}
        return subprocess.run(
            [python, "-c", code], cwd=empty, env=environment, capture_output=True, text=True, check=False
        )

    where = run(
        "import clirlab; from clirlab.study import read_config; print(clirlab.__file__, read_config('demo').name)"
    )
    assert where.stdout.split() == [str(unpacked / "clirlab" / "__init__.py"), "demo"], where.stderr
    for arguments in (["study", "tiny.yaml"], ["report", "runs/tiny"]):
        done = run(f"import sys; from clirlab.cli import main; sys.argv = ['clirlab', *{arguments!r}]; main()")
        assert done.returncode == 0, done.stderr
    assert (empty / "runs" / "tiny" / "report.html").is_file()
    assert list(Path(empty / "figures").glob("*.svg"))
