"""The shared controls: the only file that knows widget keys and the URL.

They are drawn once, in the router, before the page, so that they survive page switches; each is bound to the
query parameter of its name. Streamlit already drops what a widget cannot hold; `View.parse` decides the rest.
"""

from collections.abc import Callable, Collection
from dataclasses import fields

import streamlit as st

from core.dtypes import DTYPES, Dtype
from core.model import SEEDS, WEIGHTS
from core.view import SAMPLES, SCALE_LIMITS, View, six_digits
from pages.parts import passed_over
from pages.parts.passed_over import PassedOver
from pages.parts.take_home.take_home import take_home

_DEFAULT = View()
_KEYS = tuple(field.name for field in fields(View))


def draw(page: str) -> None:
    """The row of controls above every page, and what of the link they cannot hold."""
    first = passed_over.is_first_run()
    passed_over.begin(page)
    asked = dict(st.query_params)  # before Streamlit takes away what its boxes refuse
    if first and "sample" in View.ignored(asked):
        del st.query_params["sample"]  # its box takes a fraction, which would stay in the address
    _draw()
    shown = current()
    passed_over.say(passed_over.of_view(asked, shown, first), "view", shown)


def _draw() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="controls"):
        st.number_input(
            "Scale",
            min_value=SCALE_LIMITS[0],
            max_value=SCALE_LIMITS[1],
            value=_DEFAULT.scale,
            step=1.0,
            format="%g",
            key="scale",
            bind="query-params",
            on_change=_keep_six_digits,
            help="Every logit is multiplied by this number: 0.1 to 10,000, six significant digits.",
        )
        st.selectbox(
            "dtype",
            DTYPES,
            index=DTYPES.index(_DEFAULT.dtype),
            key="dtype",
            bind="query-params",
            help="The float format in which logits and losses are computed.",
        )
        st.segmented_control(
            "Weights",
            WEIGHTS,
            default=_DEFAULT.weights,
            required=True,
            key="weights",
            bind="query-params",
            help="Of the model: as initialised, or after one epoch of training.",
        )
        with st.popover("More"):
            st.segmented_control(
                "Seed",
                SEEDS,
                default=_DEFAULT.seed,
                required=True,
                key="seed",
                bind="query-params",
                help="Of the model's first weights.",
            )
            # A float box: an integer one raises OverflowError on ?sample= with hundreds of digits (Streamlit 1.67).
            st.number_input(
                "Digit",
                min_value=0.0,
                max_value=float(SAMPLES - 1),
                value=_DEFAULT.sample,
                step=1.0,
                format="%.0f",
                placeholder="the first to fail",
                key="sample",
                bind="query-params",
                help="Row in the training set of the digit shown; empty for the first one to fail.",
            )
        take_home()


def current() -> View:
    """What the controls say now. Widget limits are a comfort: a hand-made message may say anything."""
    return View.parse({name: st.session_state.get(name) for name in _KEYS})


def learning_rate(limits: tuple[float, float], default: float) -> float:
    """The training lab's own control. An emptied or forged box counts as the default."""
    asked = st.query_params.get("lr")
    rate = st.number_input(
        "Learning rate",
        min_value=limits[0],
        max_value=limits[1],
        value=default,
        step=0.1,
        format="%g",
        key="lr",
        bind="query-params",
        width=220,
        help=f"How far each step moves the weights: {limits[0]:g} to {limits[1]:g}.",
    )
    kept = rate if isinstance(rate, float) and limits[0] <= rate <= limits[1] else default
    takes = f"{limits[0]:g} to {limits[1]:g}"
    wrong = asked is not None and not _is_within(asked, limits)
    passed_over.say([PassedOver("lr", asked or "", takes, f"{kept:g}")] if wrong else [], "lr", kept)
    return kept


def _is_within(said: str, limits: tuple[float, float]) -> bool:
    try:
        return limits[0] <= float(said) <= limits[1]
    except ValueError:
        return False


def example(names: Collection[str], on_change: Callable[[], None]) -> str | None:
    """The diagnosis's own control: one of the names, or None."""
    asked = st.query_params.get("example")
    chosen = st.selectbox(
        "Or an example",
        names,
        index=None,
        placeholder="choose one",
        key="example",
        on_change=on_change,
        bind="query-params",
    )
    kept = chosen if chosen in names else None
    wrong = asked is not None and asked not in names
    takes = "a name from this list"
    passed_over.say([PassedOver("example", asked or "", takes, kept or "none")] if wrong else [], "example", kept)
    return kept


def chosen_example() -> object:
    """For callbacks: what the box of examples says; a hand-made message may say anything."""
    return st.session_state.get("example")


def set_no_example() -> None:
    """For callbacks: none of the examples."""
    st.session_state["example"] = None


def set_scale(scale: float) -> None:
    """For callbacks: the scale of the next run."""
    st.session_state["scale"] = View.parse({"scale": scale}).scale


def set_sample(sample: int | None) -> None:
    """For callbacks: the digit of the next run, None for the first to fail."""
    row = View.parse({"sample": sample}).sample
    st.session_state["sample"] = None if row is None else float(row)


def set_dtype(dtype: Dtype) -> None:
    """For callbacks: the dtype of the next run."""
    st.session_state["dtype"] = dtype


def set_own_row(text: str, target: int) -> None:
    """For callbacks: the row that the labs' box holds (`pages/parts/own_row.py`)."""
    st.session_state["typed_row"], st.session_state["typed_target"] = text, target


def _keep_six_digits() -> None:
    st.session_state["scale"] = six_digits(st.session_state["scale"])
