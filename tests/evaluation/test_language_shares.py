import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import language_shares
from clirlab.figures import shares_figure, shares_page

DOCS = pd.DataFrame({"doc_id": list("abcdef"), "language": ["en", "en", "de", "de", "so", "so"]})
RUN = pd.DataFrame({"query_id": ["1"] * 3 + ["2"] * 2, "doc_id": list("abc") + list("ec"), "score": [3.0, 2, 1, 2, 1]})


def test_shares_of_the_first_documents_beside_those_of_the_pool():
    shares = language_shares(RUN, DOCS, k=2)
    table = shares.pivot(index="query_id", columns="language", values="in_top")
    assert table.loc["1"].to_dict() == {"de": 0, "en": 1, "so": 0}
    assert table.loc["2"].to_dict() == {"de": 0.5, "en": 0, "so": 0.5}
    assert shares["in_pool"].tolist() == pytest.approx([1 / 3] * 6) and shares["bias"].sum() == pytest.approx(0)


def test_screen_and_page_draw_the_same_numbers():
    shares = pd.concat([language_shares(RUN, DOCS, k=k).assign(system=f"first {k}") for k in (1, 2)])
    drawn = sorted(value for trace in shares_figure(shares).data if trace.type == "bar" for value in trace.x)
    bars = [patch.get_width() for axis in shares_page(shares).axes for patch in axis.patches]
    assert sorted(bars) == pytest.approx(drawn) and len(drawn) == 6


def test_a_document_without_a_language_is_named():
    with pytest.raises(InputError, match="documents have no language, such as 'c'"):
        language_shares(RUN, DOCS[DOCS["doc_id"] != "c"], k=3)
