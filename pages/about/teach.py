"""About: lesson paths as links, what to ask, and the answers."""

import streamlit as st

from core.dtypes import limits, shortest
from core.view import View
from pages.parts import cached, chapter
from pages.parts.contents import READING_ORDER

PAGES = {it.url: it for it in READING_ORDER}

chapter.begin(
    "Teach with it",
    "Three paths through the pages, for 5, 20 and 45 minutes. Each step is a link that sets scale, dtype and weights; "
    "below it, what to ask and what to expect as an answer. The answers are computed from the same digits.",
)
st.html(
    "<p>To have everybody answer before you tell, and see the page you are on, "
    f"{chapter.link('class', View(), 'open a room for your class')}.</p>"
)


def lost_at(view: View, formula: str = "log_of_softmax") -> str:
    """The scale at which a formula loses its first digit."""
    return f"×{cached.first_lost(view, formula):g}"


def failed(view: View, formula: str = "log_of_softmax") -> str:
    """How many digits a formula has lost at a view."""
    frame = cached.now(view).frame
    return f"{frame.causes[frame.formulas.index(formula)][1:].sum():,} of {len(cached.digits()):,}"


plain, broken = View(), View(scale=300.0)
trained, half = View(scale=5.0, weights="trained"), View(dtype="float16", weights="trained")
ends = limits("float32")
zero = int((cached.nll(trained, "torch_cross_entropy") == 0).sum())

# minutes -> steps: (page, view, ask, expect)
PATHS = {
    5: (
        ("", plain, "At which scale does the first digit get lost?", f"At {lost_at(plain)}. Take guesses first."),
        (
            "",
            broken,
            "Why is the loss nan when most digits are fine?",
            f"{failed(broken)} fail at ×{broken.scale:g}, and a mean with one nan in it is nan.",
        ),
        (
            "logsumexp",
            broken,
            "Why does taking out the maximum change nothing?",
            "It divides every exp by the same factor, e to the maximum, and the factor cancels in the quotient.",
        ),
    ),
    20: (
        (
            "",
            plain,
            "Where will it break?",
            f"At {lost_at(plain)} with untrained weights, at {lost_at(trained)} with trained ones.",
        ),
        (
            "softmax",
            broken,
            "What is the largest x with a finite exp(x)?",
            f"{shortest(ends.last_finite_exp, 'float32')} in float32: the log of the largest float32.",
        ),
        (
            "log-quotient",
            broken,
            "Does log a - log b cure it?",
            f"It cures the underflow of the target; the sum overflows at {lost_at(plain, 'unshifted_log_softmax')}.",
        ),
        (
            "logsumexp",
            broken,
            "Is the maximum the only shift that works?",
            "No: any shift near it works too. The maximum needs no choosing: it works for every row of finite logits.",
        ),
        ("agreement", broken, "Which formulas still agree?", "Those that take the maximum out first."),
    ),
    45: (
        (
            "logits",
            plain,
            "Why do logits grow in training?",
            "On paper a share never reaches 1. So for a digit that is already right, pushing its logits further apart "
            "always lowers the loss.",
        ),
        ("softmax", half, "Would float16 survive training?", f"No: {failed(half)} digits fail at ×1, trained."),
        (
            "nll",
            plain,
            "Why is indexing the same as one-hot?",
            "All factors but one are 0; indexing picks the one that is left.",
        ),
        ("log-quotient", trained, "Which failure is left?", "The overflow of an exp, or of the sum."),
        (
            "logsumexp",
            trained,
            "What if the shift is far too large?",
            "Every exp underflows to 0 and log 0 is -inf.",
        ),
        (
            "agreement",
            trained,
            "Is a finite loss a right one?",
            f"Not always: at ×{trained.scale:g}, trained, {zero:,} losses are exactly 0 by F.cross_entropy. On paper "
            "no cross-entropy of two or more finite logits is 0.",
        ),
        (
            "gradients",
            broken,
            "What is lost first in training, the loss or the gradient?",
            "The gradient, for most digits: one class whose share is 0 is enough.",
        ),
        (
            "accuracy",
            trained,
            "Which formula keeps the digits of a small loss?",
            "The log1p form: in the others 1 plus a small number loses the small number.",
        ),
        ("questions", plain, "Which of these has happened to you?", "Ten cases, each with the lines that show it."),
    ),
}

for minutes, steps in PATHS.items():
    st.header(f"{minutes} minutes", anchor=False)
    for number, (url, view, ask, expect) in enumerate(steps, 1):
        st.html(chapter.link(url, view, f"{number}. {PAGES[url].title}"))
        st.markdown(f"Ask: *{ask}*  \nExpect: {expect}")

st.header("What works offline", anchor=False)
st.markdown(
    "Everything, once it is set up: the digits are part of the project, and no page asks another host for "
    "anything. Before class start it on one machine with `make class`: it serves the local network, and says where."
)
