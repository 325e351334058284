import math

from clirlab.corpora import Bitext, Lexicon
from clirlab.supervision import code_switch, purchases

LEXICON = Lexicon("tiny", "sw", {"water": ("maji",), "why": ("kwa nini",)})


def test_worked_example():
    arms = {
        "bitext": Bitext("tiny", "sw", ("Nyuki wapi? Wapi!", "Maji."), ("Where are bees? Where!", "Water.")),
        "switched": code_switch(["Water is water.", "Why water?"], LEXICON, probability=1),
        "lexicon": LEXICON,
    }
    table = purchases(arms, ["Maji wapi, maji?", "Kwa nini?"]).set_index("arm")
    # the questions have the types maji (twice), wapi, kwa, nini
    assert table["pairs"].to_dict() == {"bitext": 2, "switched": 2, "lexicon": 2}
    assert table["types"].to_dict() == {"bitext": 3, "switched": 3, "lexicon": 3}
    assert table["tokens"].to_dict() == {"bitext": 4, "switched": 5, "lexicon": 3}
    assert table["words"].to_dict() == {"bitext": 4, "switched": 3, "lexicon": 3}
    assert table["type_coverage"].to_dict() == {"bitext": 0.5, "switched": 0.75, "lexicon": 0.75}
    assert table["token_coverage"].to_dict() == {"bitext": 0.6, "switched": 0.8, "lexicon": 0.8}


def test_questions_without_words_have_no_coverage():
    assert math.isnan(purchases({"lexicon": LEXICON}, ["?"])["type_coverage"].iloc[0])
