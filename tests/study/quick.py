"""Studies whose cells take milliseconds: what stands in for a laboratory says what a cell finds by its name alone."""

import os
import signal
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from clirlab.errors import InputError
from clirlab.study.config import StudyConfig
from clirlab.validate import validate

SOMALI = {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}


def quick_config(seeds=6, **values):
    """Of 1 + 6 cells a seed: zero-shot, and three arms of which two share a student, at two budgets."""
    arms = {
        "zero-shot": None,
        "optical": None,
        "optical, fused": {"supervision": "bitext", "queries": "fused", "query_settings": {"lexicon": "induced"}},
        "code-switching": None,
    }
    content = {
        "name": "quick",
        "question": "is anything lost?",
        "languages": {"so": SOMALI},
        "arms": arms,
        "budgets": [0, 60, 120],
        "seeds": list(range(seeds)),
        "perturbation": {"severities": [0, 0.5]},
    }
    return validate(StudyConfig, content | values, "quick")


class Quick:
    """Stands in for a laboratory; it reads nothing."""

    def __init__(self, config, seconds=0.0):
        self.config, self.seconds = config, seconds
        self.places = {}

    def run(self, cell, folder):
        start = time.monotonic()
        time.sleep(self.seconds)
        rows = rows_of(cell)
        return rows, {"pairs": 0, "words": cell.budget, "seconds": time.monotonic() - start}


def rows_of(cell):
    queries = [f"q{i}" for i in range(20)]
    named = {"query_id": queries * 2, "severity": [0.0] * 20 + [0.5] * 20}
    values = np.random.default_rng(zlib.crc32(cell.name.encode())).random(40)
    place = {"perturbation": "typos", "collection": "demo/en/so", "scorer": "maxsim", "measure": "RR@10"}
    return pd.DataFrame(named).assign(value=values, **place, **cell._asdict())


def slower(config):
    """Cells that take long enough to be killed in."""
    return Quick(config, seconds=0.05)


class Failing(Quick):
    """One arm does not come to an end."""

    def run(self, cell, folder):
        if cell.arm == "code-switching":
            raise RuntimeError(f"no such\nthing in {cell.name}")
        return super().run(cell, folder)


class Greedy(Quick):
    """Its process is killed at one cell, as the system does where memory is short: every time."""

    def run(self, cell, folder):
        if cell.name == "so_optical_60_0":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().run(cell, folder)


class Unlucky(Quick):
    """Its process is killed at one cell the first time; a file beside says that it was."""

    def run(self, cell, folder):
        told = Path(os.environ["CLIRLAB_TEST_KILLED"])
        if cell.name == "so_optical_60_0" and not told.exists():
            told.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().run(cell, folder)


class Unreadable(Quick):
    """Its data are wrong."""

    def __init__(self, config):
        raise InputError("bitext.tsv, line 3: one column; give two")
