"""What an objective needs is asked for before any work is done."""

import pytest
import torch

from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.supervision import TextPairs, code_switch
from clirlab.training import OBJECTIVES, Passages, parse_objective
from clirlab.training.needs import check_needs

BITEXT = Bitext("toy", "sw", ("maji", "paka"), ("water", "a cat"))
SWITCHED = code_switch(["the water", "a cat"], Lexicon("toy", "sw", {"water": ("maji",), "cat": ("paka",)}), 1)
RELEVANT = Passages(("on water", "on cats"), (0, 1), ((1,), (0,)))
PLAIN = Passages(("on water", "on cats"), (-1, -1), ((1,), (0,)))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_switched_pairs_with_passages_feed_everything(name):
    check_needs(parse_objective(name), SWITCHED, RELEVANT)


def test_what_the_loop_has_anyway_is_never_lacking(tiny):
    options = {"marginals": "idf", "layer": 1}
    check_needs(parse_objective({"ot": options, "mse": {"both": True}}), TextPairs.of(BITEXT), None, tiny)
    check_needs(parse_objective("score-kl"), BITEXT, PLAIN)


@pytest.mark.parametrize(
    ("spec", "arguments", "message"),
    [
        ("oracle", {}, "the objective oracle needs pairs with a known alignment; code_switch gives one"),
        (
            {"ot": 1, "token-mse": {"alignment": "links"}},
            {},
            "the objective token-mse needs pairs with a known alignment",
        ),
        ("score-kl", {}, "the objective score-kl needs passages to score; give passages="),
        ("ranking", {"passages": PLAIN}, "the objective ranking needs passages with a relevant one for some pair"),
        ("ot", {"passages": RELEVANT.of_pairs([0])}, "the passages are for 1 pairs, but there are 2 to train on"),
    ],
)
def test_what_is_lacking_is_named(spec, arguments, message):
    with pytest.raises(InputError, match=message):
        check_needs(parse_objective(spec), BITEXT, **arguments)


def test_a_hidden_layer_must_be_there_and_as_wide_as_the_teacher(tiny):
    with pytest.raises(InputError, match=r"layer 3: .* has layers 0 to 2"):
        check_needs(parse_objective({"ot": {"layer": 3}}), BITEXT, student=tiny)
    layer = parse_objective({"ot": {"layer": 1}})
    check_needs(layer, BITEXT, student=tiny)
    tiny.projection = torch.nn.Linear(32, 8, bias=False)
    message = "ot with layer=1: hidden layers of .* are 32 wide, the teacher's vectors 8; leave layer out"
    with pytest.raises(InputError, match=message):
        check_needs(layer, BITEXT, student=tiny)
