"""Studies whose cells take milliseconds: what stands in for a laboratory says what a cell finds by its name alone."""

import time
import zlib
from typing import NamedTuple

import numpy as np
import pandas as pd

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


class Quick(NamedTuple):
    """Stands in for a laboratory; it reads nothing."""

    config: StudyConfig
    seconds: float = 0.0
    collections: dict = {}
    material: dict = {}

    def run(self, cell, folder):
        start = time.monotonic()
        time.sleep(self.seconds)
        rows = self.rows(cell)
        return rows, {"pairs": 0, "words": cell.budget, "seconds": time.monotonic() - start}

    def rows(self, cell):
        queries = [f"q{i}" for i in range(20)]
        named = {"query_id": queries * 2, "severity": [0.0] * 20 + [0.5] * 20}
        values = np.random.default_rng(zlib.crc32(cell.name.encode())).random(40)
        place = {"perturbation": "typos", "collection": "demo/en/so", "scorer": "maxsim", "measure": "RR@10"}
        return pd.DataFrame(named).assign(value=values, **place, **cell._asdict())


def quick(config):
    return Quick(config)


def slower(config):
    """Cells that take long enough to be killed in."""
    return Quick(config, seconds=0.05)
