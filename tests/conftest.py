import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of third-party data sets: CLIRLAB_DATA, or else ../shared/data beside the checkout."""
    named = os.environ.get("CLIRLAB_DATA")
    beside = Path(__file__).parents[2] / "shared" / "data"
    if not named and not beside.is_dir():
        pytest.skip(f"needs real data: set CLIRLAB_DATA to its folder ({beside} does not exist)")
    return Path(named) if named else beside
