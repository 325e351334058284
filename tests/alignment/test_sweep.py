import pytest

from clirlab.alignment import plan_sweep
from clirlab.errors import InputError
from clirlab.explore import sentence_plan
from clirlab.models import load_encoder

PAIR = ("Maji ni uhai wa dunia", "Water is the life of the world")


def test_sharp_and_blurred_plans_centred_or_not():
    encoder = load_encoder("e5-small")
    table = plan_sweep(
        encoder, encoder, *PAIR, ["exact", "sinkhorn"], [0.02, 0.2], ["uniform", "norm"], centre_on=[PAIR[1]]
    )
    assert len(table) == 2 * 2 * 3 and table["converged"].all()
    smooth = table[table["method"] == "sinkhorn"].groupby(["marginals", "centred"])["perplexity"]
    assert smooth.apply(lambda part: part.is_monotonic_increasing).all()
    exact = table[(table["method"] == "exact") & (table["marginals"] == "uniform") & ~table["centred"]].iloc[0]
    plan = sentence_plan(encoder, encoder, *PAIR)
    assert exact["value"] == pytest.approx((plan["mass"] * plan["cost"]).sum(), abs=1e-5)
    with pytest.raises(InputError, match=r"unknown kind of marginals 'norms'; did you mean 'norm'\?"):
        plan_sweep(encoder, encoder, *PAIR, marginals=["norms"])
