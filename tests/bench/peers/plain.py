"""The demo as a plain Streamlit page: `streamlit run tests/bench/peers/plain.py`."""

import sys
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[3]))  # a page's own folder is all that Streamlit adds

from tests.bench.peers import demo


@st.cache_resource
def loaded():
    return demo.load()


scale = st.select_slider("Scale", demo.SCALES, 1.0, key="scale")
nll = demo.losses(*loaded(), scale)
for column, (name, losses) in zip(st.columns(3), nll.items(), strict=True):
    column.metric(name, f"{losses.mean():.4f}")
st.plotly_chart(
    go.Figure([go.Scatter(y=demo.marks(losses), mode="markers", name=name) for name, losses in nll.items()]),
    key="marks",
)
st.plotly_chart(go.Figure([go.Bar(y=demo.counts(losses), name=name) for name, losses in nll.items()]), key="bars")
