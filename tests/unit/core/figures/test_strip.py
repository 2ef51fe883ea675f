"""The picture of Break it: axes that never move, gutters outside the decades, and no data of its own."""

import itertools
import json
import math
import re

import pytest

from core.figures.palette import FORMULA_COLOURS, OUTCOME_SYMBOLS
from core.figures.strip import COUNT_BASE, GUTTERS, NAIVE, STABLE, strip_template
from core.losses import FORMULAS
from core.outcomes import OUTCOMES
from core.sweep import BIN_DECADES, BINS, BINS_PER_DECADE, STRIP_FORMULAS, STRIP_ROWS

AXES = ("xaxis", "xaxis2", "yaxis")


@pytest.fixture(scope="module")
def figure():
    return strip_template().to_plotly_json()


def test_every_axis_has_a_range_and_no_freedom_to_find_another(figure):
    for axis in AXES:
        low, high = figure["layout"][axis]["range"]
        assert low < high
        assert not figure["layout"][axis].get("autorange")


def test_both_panels_share_the_axis_of_losses_and_stand_side_by_side(figure):
    assert {trace.get("yaxis", "y") for trace in figure["data"]} == {"y"}
    assert [trace.get("xaxis", "x") for trace in figure["data"]] == ["x", "x", "x2", "x2"]
    left, right = figure["layout"]["xaxis"]["domain"], figure["layout"]["xaxis2"]["domain"]
    assert 0 <= left[0] < left[1] < right[0] < right[1] <= 1


def test_gutters_lie_outside_the_decades_and_inside_the_axis(figure):
    low, high = figure["layout"]["yaxis"]["range"]
    below = [GUTTERS["zero"], GUTTERS["below"]]
    above = [GUTTERS["above"], GUTTERS["+inf"], GUTTERS["nan"]]
    assert low < min(below) < max(below) < BIN_DECADES[0]
    assert BIN_DECADES[1] < min(above) < max(above) < high
    heights = sorted(GUTTERS.values())
    assert min(b - a for a, b in itertools.pairwise(heights)) > 1 / BINS_PER_DECADE, "bars in gutters do not overlap"


def test_each_way_to_leave_the_decades_has_its_gutter():
    ways = {name for name in BINS if isinstance(name, str)}
    assert set(GUTTERS) == ways - {"other"}  # a negative loss has no place on a log axis; neither formula drawn has one


def test_the_bands_of_the_gutters_begin_where_the_decades_end(figure):
    low, high = figure["layout"]["yaxis"]["range"]
    bands = sorted((shape["y0"], shape["y1"]) for shape in figure["layout"]["shapes"])
    assert bands == [(low, BIN_DECADES[0]), (BIN_DECADES[1], high)]


def test_every_sample_of_the_strip_and_the_tallest_bar_fit(figure):
    left, right = figure["layout"]["xaxis"]["range"]
    assert left < 0
    assert right > STRIP_ROWS - 1
    assert COUNT_BASE == figure["layout"]["xaxis2"]["range"][0] < math.log10(1)
    assert figure["layout"]["xaxis2"]["range"][1] > math.log10(50_000)


def test_the_ticks_are_where_their_words_say(figure):
    axis = figure["layout"]["yaxis"]
    ticks = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    assert ticks["exactly 0"] == GUTTERS["zero"]
    assert ticks["+inf"] == GUTTERS["+inf"]
    assert ticks["nan"] == GUTTERS["nan"]
    decades = {text: place for text, place in ticks.items() if place not in GUTTERS.values()}
    assert min(decades.values()) == BIN_DECADES[0]
    assert max(decades.values()) == BIN_DECADES[1]
    for text, place in decades.items():
        power = re.fullmatch(r"10<sup>(.+)</sup>", text)
        assert place == (int(power[1].replace("−", "-")) if power else math.log10(int(text)))
    counts = figure["layout"]["xaxis2"]
    for text, place in zip(counts["ticktext"], counts["tickvals"], strict=True):
        assert 10**place == int(text.replace("k", "000"))


def test_no_data_is_typed_in(figure):
    assert len(figure["data"]) == 2 * len(STRIP_FORMULAS)
    for trace in figure["data"]:
        assert not {"x", "y", "text", "customdata"} & set(trace)


def test_colours_are_those_of_the_formulas_and_stable_lies_under_naive(figure):
    assert (NAIVE, STABLE) == STRIP_FORMULAS
    colours = [trace["marker"]["color"] for trace in figure["data"]]
    assert colours == [FORMULA_COLOURS[name] for name in (STABLE, NAIVE, STABLE, NAIVE)]
    assert [trace["name"] for trace in figure["data"]] == [
        FORMULAS[name].label for name in (STABLE, NAIVE, STABLE, NAIVE)
    ]


def test_the_palette_has_a_colour_for_every_formula_and_a_shape_for_every_outcome():
    assert set(FORMULA_COLOURS) == set(FORMULAS)
    assert set(OUTCOME_SYMBOLS) == set(OUTCOMES)
    assert len(set(OUTCOME_SYMBOLS.values())) == len(OUTCOMES)


def test_the_figure_is_plain_json_and_the_same_each_time():
    assert json.loads(strip_template().to_json()) == json.loads(strip_template().to_json())
