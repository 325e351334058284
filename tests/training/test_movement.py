import pytest

from clirlab.corpora import load_bitext
from clirlab.figures import movement_figure, movement_page
from clirlab.models import load_encoder
from clirlab.training import token_movement, train


@pytest.fixture(scope="module")
def movement():
    encoder, bitext = load_encoder("e5-small"), load_bitext("demo/en/sw").take(range(12))
    trained = train(encoder, bitext, steps=6, learning_rate=3e-4, progress=False)
    return token_movement(encoder, {"trained": trained.encoder, "none": encoder}, bitext, limit=10)


def test_training_brings_tokens_nearer_and_no_training_leaves_them(movement):
    still, trained = (movement[movement["arm"] == arm] for arm in ("none", "trained"))
    assert still["moved"].max() == pytest.approx(0, abs=1e-5) and (still["before"] == still["after"]).all()
    assert (trained["after"] - trained["before"]).mean() > 0.01 and trained["moved"].min() > 0
    # judged by the same links
    assert trained["partner"].tolist() == still["partner"].tolist()
    assert movement["pair"].nunique() == 10


def test_screen_and_page_draw_the_same_points(movement):
    named = movement.assign(token="<b>maji</b>")
    figure, page = movement_figure(named), movement_page(named)
    for trace, axis in zip(figure.data, page.axes, strict=True):
        points = axis.collections[0].get_offsets()
        assert list(trace.x) == pytest.approx(points[:, 0].tolist(), abs=1e-4)
        assert list(trace.y) == pytest.approx(points[:, 1].tolist(), abs=1e-4)
    assert figure.data[0].customdata[0][0] == "&lt;b&gt;maji&lt;/b&gt;"
