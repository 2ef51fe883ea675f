"""Story: a digit on its way through the model, and how large its ten logits get."""

import inspect

import streamlit as st
import torch

from core import model
from core.figures.logits import largest_logits, ten_logits
from core.model import WEIGHTS
from pages.parts import cached, chapter, controls, tables
from pages.parts.chart.chart import chart, once
from pages.parts.gallery.gallery import gallery
from pages.parts.predictions import story

view = controls.current()
chosen = cached.chosen(view)
network = cached.network(view.weights, view.seed)

chapter.begin(
    "From pixels to logits",
    "A network turns the 784 pixels of a digit into ten numbers, one for each class: the **logits**. The largest names "
    "the answer. Nothing limits their size, and **training makes them grow**.",
)

chapter.predict(story.GROWTH, view)

st.header("The digits", anchor=False)
st.markdown("The first ten of the training set, 28 × 28 pixels each, and what they show. Choose one to follow it.")
gallery(range(10), chosen, controls.set_sample)

st.header("The model", anchor=False)
st.markdown("Two layers, as in the notebook. This is the source of the class that runs here:")
st.code(inspect.getsource(model.Model))

st.header(f"Digit {chosen:,} through the layers", anchor=False)
x = cached.digits().pixels(slice(chosen, chosen + 1))
steps = [("pixels / 256", x)]
with torch.no_grad():
    for layer in network.layers:
        x = layer(x)
        steps.append((str(layer), x))
st.html(
    tables.table(
        "Shapes and sizes on the way",
        ("step", "shape", "smallest", "largest"),
        [(name, tuple(out.shape), f"{out.min():.4f}", f"{out.max():.4f}") for name, out in steps],
    )
)

rows = {weights: cached.logits(weights, view.seed)[chosen].numpy() for weights in WEIGHTS}
spread = {weights: f"{row.min():.3g} to {row.max():.3g}" for weights, row in rows.items()}
words = f"Ten logits of digit {chosen:,}: untrained {spread['untrained']}, trained {spread['trained']}."
chart(once("ten_logits", (view.seed, chosen), lambda: ten_logits(rows)), key="ten_logits", alt=words)
st.caption(words)

st.header("Why training makes them grow", anchor=False)
st.markdown(
    "The loss of a digit is −log of the share its own class gets (the next two pages), and on paper a share never "
    "quite reaches 1. So for every digit that is already right there is still something to gain by pushing the right "
    "logit up and the others down, and gradient descent does it. Only the digits that are wrong pull the other way."
)
largest = {weights: cached.logits(weights, view.seed).amax(-1) for weights in WEIGHTS}
words = " ".join(
    f"{weights.capitalize()}: the largest logit of a digit is {values.median():.3g} in the median, "
    f"{values.max():.4g} at most."
    for weights, values in largest.items()
)
drawn = once(
    "largest_logits", view.seed, lambda: largest_logits({it: values.numpy() for it, values in largest.items()})
)
chart(drawn, key="largest_logits", alt=words)
st.caption(words)

st.header("A plain list hides its layers", anchor=False)
st.markdown(
    "PyTorch finds the parameters of layers that are attributes, or sit in an `nn.ModuleList`. The notebook's plain "
    "list is neither, so an optimiser has nothing to do:"
)
try:
    torch.optim.SGD(network.parameters(), lr=model.LEARNING_RATE)
    said = "an optimiser"
except ValueError as error:
    said = f"ValueError: {error}"
st.html(
    tables.table(
        "What PyTorch sees",
        ("asked", "answered"),
        [
            ("list(model.parameters())", list(network.parameters())),
            ("model.state_dict()", dict(network.state_dict())),
            ("torch.optim.SGD(model.parameters(), lr=0.5)", said),
        ],
    )
)
st.markdown(
    "The notebook trains all the same, by walking through the list itself. This is what made the trained weights:"
)
st.code(inspect.getsource(model.train_epoch))
