"""About: ten questions people ask, each answered by lines that run now."""

import inspect

import streamlit as st

from core.questions import QUESTIONS
from pages.parts import chapter, controls

chapter.begin(
    "Questions people ask",
    "Ten cases of a loss gone wrong. The lines shown are the lines that ran, just now; the button sets scale, "
    "dtype and weights so that Break it shows the same on real digits.",
)
for number, question in enumerate(QUESTIONS):
    st.header(question.asked, anchor=False)
    st.markdown(f"**What you see.** {question.sees}  \n**Why.** {question.why}  \n**Instead.** {question.instead}")
    code, results = st.columns([3, 2])
    code.code(inspect.getsource(question.shows))
    results.code("\n".join(f"{name}:\n    {value.tolist()}" for name, value in question.shows().items()), language=None)
    if st.button("Show it on Break it", key=f"question_{number}", on_click=controls.set_view, args=(question.view,)):
        st.switch_page("story/break_it.py")
