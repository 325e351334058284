import pandas as pd
import pytest

from clirlab.corpora import Collection, human_queries, load_collection
from clirlab.errors import InputError


def collection(**columns):
    docs = pd.DataFrame({"doc_id": ["d"], "title": [""], "text": ["Water boils."]})
    queries = pd.DataFrame({"query_id": list("abcde"), "text": ["maji"] * 5} | columns)
    qrels = pd.DataFrame({"query_id": ["a"], "doc_id": ["d"], "relevance": [1]})
    return Collection("toy", docs, queries, qrels, "en", "sw", "here", "MIT")


def test_each_query_is_asked_in_its_human_translation():
    native = collection(human_translation=list("vwxyz"))
    human = human_queries(native)
    assert human.queries["text"].tolist() == list("vwxyz")
    assert (human.query_language, native.query_language) == ("en", "sw")
    assert human.qrels is native.qrels


def test_where_there_are_none():
    with pytest.raises(InputError, match="toy: its queries have no human translations; those of afriqa, mlqa"):
        human_queries(collection())


@pytest.mark.parametrize(
    ("translations", "named"), [(["x", " ", None, "x", "x"], "2 of 5 .*: 'b', 'c'$"), ([""] * 5, "5 of 5 .* 'c' …$")]
)
def test_queries_that_lack_one_are_named(translations, named):
    with pytest.raises(InputError, match=named):
        human_queries(collection(human_translation=translations))


def test_afriqa_has_them(data_root):
    native = load_collection("afriqa/sw/test", data_root)
    human = human_queries(native)
    assert human.queries["text"].tolist() == native.queries["human_translation"].tolist()
