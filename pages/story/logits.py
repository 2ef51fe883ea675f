"""Story: a digit on its way through the model, and how large its ten logits get."""

import streamlit as st
import torch

from core import model
from core.figures.logits import largest_logits, ten_logits
from core.model import WEIGHTS, Weights
from pages.parts import cached, chapter, controls, tables
from pages.parts.chart.chart import Drawn, chart, drawn
from pages.parts.gallery.gallery import gallery
from pages.parts.kept import kept
from pages.parts.predictions import story

view = controls.current()
chosen = cached.chosen(view)


def through_the_layers(weights: Weights, seed: int, digit: int) -> str:
    """Table: shape and size of what each layer makes of the digit."""
    x = cached.digits().pixels(slice(digit, digit + 1))
    steps = [("pixels / 256", x)]
    with torch.no_grad():
        for layer in cached.network(weights, seed).layers:
            x = layer(x)
            steps.append((str(layer), x))
    return tables.table(
        "Shapes and sizes on the way",
        ("step", "shape", "smallest", "largest"),
        [(name, tuple(out.shape), f"{out.min():.4f}", f"{out.max():.4f}") for name, out in steps],
    )


def untrained_and_trained(seed: int, digit: int) -> tuple[Drawn, str]:
    """The digit's ten logits by either weights, as a picture and in words."""
    rows = {weights: cached.logits(weights, seed)[digit].numpy() for weights in WEIGHTS}
    spread = {weights: f"{row.min():.3g} to {row.max():.3g}" for weights, row in rows.items()}
    words = f"Ten logits of digit {digit:,}: untrained {spread['untrained']}, trained {spread['trained']}."
    return drawn(ten_logits(rows)), words


def largest_of_each(seed: int) -> tuple[Drawn, str]:
    """The largest logit of every digit by either weights, as a picture and in words."""
    largest = {weights: cached.logits(weights, seed).amax(-1) for weights in WEIGHTS}
    words = " ".join(
        f"{weights.capitalize()}: the largest logit of a digit is {values.median():.3g} in the median, "
        f"{values.max():.4g} at most."
        for weights, values in largest.items()
    )
    return drawn(largest_logits({weights: values.numpy() for weights, values in largest.items()})), words


def parameters_found(weights: Weights, seed: int) -> str:
    """Table: what PyTorch sees of layers in a plain list."""
    network = cached.network(weights, seed)
    try:
        torch.optim.SGD(network.parameters(), lr=model.LEARNING_RATE)
        said = "an optimiser"
    except ValueError as error:
        said = f"ValueError: {error}"
    return tables.table(
        "What PyTorch sees",
        ("asked", "answered"),
        [
            ("list(model.parameters())", list(network.parameters())),
            ("model.state_dict()", dict(network.state_dict())),
            ("torch.optim.SGD(model.parameters(), lr=0.5)", said),
        ],
    )


chapter.begin(
    "From pixels to logits",
    "A network turns the 784 pixels of a digit into ten numbers, one for each class: the **logits**. The largest names "
    "the answer. **Nothing limits their size, and training changes it.**",
)

chapter.predict(story.GROWTH, view)

chapter.say(
    "## The digits",
    "The first ten of the training set, 28 × 28 pixels each, and what they show. Choose one to follow it.",
)
gallery(range(10), chosen, controls.set_sample)

chapter.say(
    "## The model",
    "Two layers, as in the notebook. This is the source of the class that runs here:",
    chapter.source(model.Model),
    f"## Digit {chosen:,} through the layers",
)
st.html(kept(through_the_layers, view.weights, view.seed, chosen))
picture, words = kept(untrained_and_trained, view.seed, chosen)
chart(picture, key="ten_logits", alt=words)
st.caption(words)

chapter.say(
    "## Why training makes them grow",
    "The loss of a digit is −log of the share its own class gets (the next two pages), and on paper a share never "
    "quite reaches 1. So for every digit that is already right there is still something to gain by pushing the right "
    "logit up and the others down, and gradient descent does it. Only the digits that are wrong pull the other way.",
)
picture, words = kept(largest_of_each, view.seed)
chart(picture, key="largest_logits", alt=words)
st.caption(words)

chapter.say(
    "## A plain list hides its layers",
    "PyTorch finds the parameters of layers that are attributes, or sit in an `nn.ModuleList`. The notebook's plain "
    "list is neither, so an optimiser has nothing to do:",
)
st.html(kept(parameters_found, view.weights, view.seed))
chapter.say(
    "The notebook trains all the same, by walking through the list itself. This is what made the trained weights:",
    chapter.source(model.train_epoch),
)
