"""The picture of the headroom: one curve for each thing that is lost, and a line where the batch is."""

import numpy as np

from core.diagnosis.report import HEADROOM
from core.figures.headroom import headroom


def test_a_curve_for_each_and_a_line_at_one():
    drawn = headroom((0.1, 1.0, 10.0), {name: np.array([0, 1, 3]) for name in HEADROOM}, 3)
    assert [trace.name for trace in drawn.data] == list(HEADROOM)
    assert all(list(trace.y) == [0, 1, 3] for trace in drawn.data)
    assert drawn.layout.shapes[0].x0 == 1
    assert len({(trace.line.color, trace.line.dash) for trace in drawn.data}) == len(HEADROOM)
