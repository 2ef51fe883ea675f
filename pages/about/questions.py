"""About: ten questions people ask, each answered by lines that run now."""

import inspect

import streamlit as st

from core.questions import QUESTIONS
from pages.parts import chapter

chapter.begin(
    "Questions people ask",
    f"{len(QUESTIONS)} cases of a loss gone wrong. The lines shown are the lines that ran, just now; where a page shows"
    " the same, a link opens it there.",
)
for question in QUESTIONS:
    st.header(question.asked, anchor=False)
    st.markdown(f"**What you see.** {question.sees}  \n**Why.** {question.why}  \n**Instead.** {question.instead}")
    code, results = st.columns([3, 2])
    code.code(inspect.getsource(question.shows))
    results.code("\n".join(f"{name}:\n    {value.tolist()}" for name, value in question.shows().items()), language=None)
    if link := chapter.evidence(question):
        st.html(link)
