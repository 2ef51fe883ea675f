"""The frame of a chapter: its claim, a prediction to make before the evidence, and the way on."""

from collections.abc import Callable
from html import escape
from inspect import getsource
from urllib.parse import urlencode

import streamlit as st

from core.questions import QUESTIONS, Question
from core.view import View
from pages.parts import navigation
from pages.parts.address import base_path
from pages.parts.contents import READING_ORDER
from pages.parts.kept import kept
from pages.parts.predictions import Prediction


def begin(title: str, *paragraphs: str) -> None:
    """Title and claim, and what follows at once.

    Every element costs each run of the page a fifth of a millisecond, so what stands together is one: paragraphs by
    `say`, and where tables stand among them, markup.
    """
    say(f"# {title}", *paragraphs)


def say(*paragraphs: str) -> None:
    """Paragraphs of Markdown: one element."""
    st.markdown("\n\n".join(paragraphs))


def formula(tex: str) -> str:
    """Markdown of a formula in a line of its own."""
    return f"$$\n{tex}\n$$"


def code(text: str) -> str:
    """Markdown of lines of Python."""
    return f"```python\n{text.strip()}\n```"


def source(*functions: Callable[..., object]) -> str:
    """Markdown of the source of functions that run here, with the first line of what each says of itself."""
    return kept(_source, *functions)


def _source(*functions: Callable[..., object]) -> str:
    return code("\n\n".join(_short(getsource(function), function.__doc__ or "") for function in functions))


def _short(text: str, doc: str) -> str:
    first, *more = doc.split("\n")
    return text.replace(doc, first) if more else text


def predict(asked: Prediction, view: View) -> None:
    """A question to answer before looking at the evidence; the verdict shows once an answer is chosen."""
    with st.container(border=True):
        chosen = st.radio(
            f"**Your prediction.** {asked.asked(view)}",
            asked.options(view),
            index=None,
            key=f"predict_{asked.key(view)}",
            horizontal=True,
        )
        if chosen is not None:
            truth = asked.truth(view)
            verdict = "Right." if chosen == truth.right else f"Look again: it is **{truth.right}**."
            st.markdown(f"{verdict} {truth.because} {asked.below}")


def link(url: str, view: View, label: str, **more: str) -> str:
    """Markup of a link that opens a chapter at exactly this view, whatever was set before: it loads the page anew.

    more: parameters of that page alone
    """
    query = urlencode(view.parameters() | more)
    address = escape(f"{base_path()}/{url}{f'?{query}' if query else ''}")
    return f'<a class="wsb-link" href="{address}" target="_self">{escape(label)}</a>'


def end(title: str) -> None:
    """What people ask here, and links to the page before and the page after."""
    place = [chapter.title for chapter in READING_ORDER].index(title)
    if asked := kept(_asked, READING_ORDER[place].url):
        st.markdown(asked, unsafe_allow_html=True)
    before, after = READING_ORDER[:place][-1:], READING_ORDER[place + 1 :][:1]
    with st.container(horizontal=True, horizontal_alignment="distribute" if before else "right", key="onward"):
        for previous in before:
            navigation.link(previous.url, f"← Back: {previous.title}")
        for following in after:
            navigation.link(following.url, f"Next: {following.title} →")


def _asked(url: str) -> str:
    """Markup of what people ask at a chapter, each answer folded away; empty where nobody asks."""
    answers = [_answer(question) for question in QUESTIONS if question.page == url]
    return "\n\n".join(["## People ask", *answers]) if answers else ""


def _answer(question: Question) -> str:
    return (
        f'<details class="wsb-asked"><summary>{escape(question.asked)}</summary>\n\n'
        f"{question.sees} {question.why} **Instead:** {question.instead}\n\n"
        f"{evidence(question)}\n\n</details>"
    )


def evidence(question: Question) -> str:
    """Markup of the link to a page that shows what the question is about; empty where none does."""
    if not (it := question.evidence):
        return ""
    title = next(chapter.title for chapter in READING_ORDER if chapter.url == it.page)
    return link(it.page, it.view, f"{title}: {it.what}", **it.more)
