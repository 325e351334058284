"""The experiment: a configuration → cells → a results table → a report."""

from clirlab.study.arms import ARMS
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.gallery import write_figures
from clirlab.study.pictures import pictures_of
from clirlab.study.report import write_report
from clirlab.study.results import Results, read_results
from clirlab.study.run import run_study

__all__ = [
    "ARMS",
    "Results",
    "StudyConfig",
    "pictures_of",
    "read_config",
    "read_results",
    "run_study",
    "write_figures",
    "write_report",
]
