"""Draw the picture of docs/transport.md, and print the figures that it quotes.

python docs/draw_transport.py
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import clirlab as cl
from clirlab import transport
from clirlab.figures import plan_page, save_page

PANELS = {
    "exact": {"method": "exact"},
    "ε = .3 std": {"method": "sinkhorn", "epsilon": 0.3, "relative_to": "std"},
    "ε = 2 std": {"method": "sinkhorn", "epsilon": 2.0, "relative_to": "std"},
    "greedy": {"method": "greedy"},
}


def main() -> None:
    encoder, bitext = cl.load_encoder("e5-small"), cl.load_bitext("demo/en/sw")
    swahili, english = "Watoto wanacheza mpira uwanjani", "The children are playing football in the field"
    pieces, source = encoder.encode([swahili]).content(0)
    words, target = encoder.encode([english]).content(0)
    much = encoder.encode(bitext.english)
    cost = transport.cosine_cost(source, target, center=much.vectors[much.mask].mean(0))
    frames = []
    for panel, options in PANELS.items():
        plan = transport.solve(cost, **options)
        print(f"{panel:>12}: {plan}, marginal error {plan.marginal_error:.1e}, steps {int(plan.iterations)}")
        frames.append(plan.to_frame(pieces, words).assign(panel=panel))
    folder = Path(__file__).parent
    print(*save_page(plan_page(pd.concat(frames, ignore_index=True)), folder, "transport", formats=("png",)))


if __name__ == "__main__":
    main()
