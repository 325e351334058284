"""The experiment: a configuration → cells → a results table → a report."""

from clirlab.study.arms import ARMS
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.gallery import write_figures
from clirlab.study.merge import merge
from clirlab.study.pictures import pictures_of
from clirlab.study.report import write_report
from clirlab.study.results import Results, read_results
from clirlab.study.run import run_study
from clirlab.study.verify import verify

__all__ = [
    "ARMS",
    "Results",
    "StudyConfig",
    "merge",
    "pictures_of",
    "read_config",
    "read_results",
    "run_study",
    "verify",
    "write_figures",
    "write_report",
]
