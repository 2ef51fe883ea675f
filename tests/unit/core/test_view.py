"""A View is valid or it is not made; whatever a link says, parsing it gives one."""

import math
from dataclasses import FrozenInstanceError, replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dtypes import DTYPES
from core.model import SEEDS, WEIGHTS
from core.view import SAMPLES, SCALE_LIMITS, View, six_digits

FIELDS = ("scale", "dtype", "weights", "seed", "sample")
LINKED = {"scale": "300", "dtype": "float16", "weights": "trained", "seed": "2", "sample": "49999"}
VIEW = View(300.0, "float16", "trained", 2, 49_999)

views = st.builds(
    View,
    scale=st.one_of(st.floats(*SCALE_LIMITS), st.sampled_from(SCALE_LIMITS)).map(six_digits),
    dtype=st.sampled_from(DTYPES),
    weights=st.sampled_from(WEIGHTS),
    seed=st.sampled_from(SEEDS),
    sample=st.one_of(st.none(), st.integers(0, SAMPLES - 1)),
)
numbers = st.one_of(st.integers(), st.floats(), st.just(10**400))
junk = st.one_of(
    st.text(), st.none(), numbers, numbers.map(str), st.lists(st.text()), st.binary(), st.complex_numbers(), st.just({})
)


def linked(view):
    return dict(parse_qsl(view.query().removeprefix("?"), strict_parsing=bool(view.query())))


@given(view=views)
def test_a_link_restores_its_view(view):
    assert View.parse(linked(view)) == view


@given(view=views)
def test_a_link_names_the_fields_that_differ_from_the_default_and_no_others(view):
    assert set(linked(view)) == {name for name in FIELDS if getattr(view, name) != getattr(View(), name)}


def test_the_default_view_needs_no_query():
    assert View().query() == ""
    assert View.parse({}) == View()


def test_a_link_can_be_read_by_people():
    assert VIEW.query() == "?scale=300&dtype=float16&weights=trained&seed=2&sample=49999"
    assert View(scale=0.1).query() == "?scale=0.1"
    assert View(scale=10_000.0).query() == "?scale=10000"
    assert View(sample=0).query() == "?sample=0"


@given(raw=st.dictionaries(st.sampled_from([*FIELDS, "page", ""]), junk))
def test_junk_never_raises_and_gives_a_view_that_a_link_restores(raw):
    view = View.parse(raw)
    assert View.parse(linked(view)) == view


@pytest.mark.parametrize("name", FIELDS)
@given(value=junk)
def test_junk_in_one_field_leaves_the_others_as_they_were(name, value):
    view = View.parse(LINKED | {name: value})
    assert replace(view, **{name: getattr(VIEW, name)}) == VIEW


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("scale", ["", "abc", "0", "0.0999", "10000.1", "-300", "nan", "inf", "-inf", "1e999", None, [300.0], 10**400]),
        ("dtype", ["", "float8", "Float32", "torch.float32", None, 32, ["float16"]]),
        ("weights", ["", "Trained", "random", None, 1]),
        ("seed", ["", "3", "-1", "0.5", "one", None, math.nan, math.inf, [1]]),
        ("sample", ["", "-1", "50000", "1.5", "none", None, math.nan, math.inf, 10**30]),
    ],
)
def test_what_is_wrong_falls_back_to_the_default_field_by_field(name, values):
    for value in values:
        view = View.parse(LINKED | {name: value})
        assert view == replace(VIEW, **{name: getattr(View(), name)})


def test_numbers_may_come_as_numbers_or_as_text():
    assert View.parse(LINKED) == VIEW
    assert View.parse({"scale": 300, "dtype": "float16", "weights": "trained", "seed": 2, "sample": 49_999}) == VIEW


def test_a_scale_with_more_digits_is_cut_to_six():
    assert View.parse({"scale": "123.4564999"}).scale == 123.456
    assert View.parse({"scale": "9999.9999"}).scale == 10_000
    assert View.parse({"scale": "0.09999999"}).scale == 0.1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scale", 0.0999999),
        ("scale", 10_000.1),
        ("scale", -1.0),
        ("scale", math.nan),
        ("scale", math.inf),
        ("scale", 1.2345678),
        ("scale", "300"),
        ("dtype", "float8"),
        ("weights", "random"),
        ("seed", 3),
        ("seed", -1),
        ("sample", -1),
        ("sample", 50_000),
        ("sample", 0.5),
    ],
)
def test_a_view_is_not_made_with_a_wrong_field(name, value):
    with pytest.raises(ValueError, match=f"^{name} is {value!r}; "):
        View(**{name: value})


@pytest.mark.parametrize(("name", "choices"), [("dtype", DTYPES), ("weights", WEIGHTS), ("seed", SEEDS)])
def test_the_message_lists_the_choices(name, choices):
    with pytest.raises(ValueError, match=", ".join(map(str, choices))):
        View(**{name: "other"})


@pytest.mark.parametrize("scale", SCALE_LIMITS)
def test_the_limits_belong_to_the_scales(scale):
    assert View(scale=scale).scale == scale


def test_a_view_cannot_be_changed_and_serves_as_a_key():
    with pytest.raises(FrozenInstanceError):
        VIEW.scale = 1.0
    assert {VIEW: "kept"}[View.parse(LINKED)] == "kept"


@given(value=st.floats(*SCALE_LIMITS))
def test_six_digits_are_the_nearest_number_that_a_link_can_write(value):
    kept = six_digits(value)
    assert f"{kept:g}" == f"{value:g}"
    assert abs(kept - value) <= 5.0001e-6 * value
    assert six_digits(kept) == kept


def test_six_digits_leave_what_is_no_number_alone():
    assert six_digits(math.inf) == math.inf
    assert six_digits(-math.inf) == -math.inf
    assert math.isnan(six_digits(math.nan))


@given(raw=st.dictionaries(st.sampled_from([*FIELDS, "page", ""]), junk))
def test_what_is_ignored_is_what_a_view_alone_would_not_have_taken(raw):
    ignored = View.ignored(raw)
    assert set(ignored) <= set(FIELDS) & raw.keys()
    for name in set(FIELDS) & raw.keys():
        alone = View.parse({name: raw[name]})
        assert (name in ignored) <= (alone == View())
    assert View.parse({name: value for name, value in raw.items() if name not in ignored}) == View.parse(raw)


@given(view=views)
def test_nothing_of_a_view_s_own_link_is_ignored(view):
    assert View.ignored(linked(view)) == []
