"""Classroom: predict together, then look."""

import streamlit as st

from pages.parts import chapter
from pages.parts.classroom.classroom import classroom

chapter.begin(
    "Class",
    "Predict first, then look. A presenter opens a room and asks; everybody answers on a phone or laptop and sees what "
    "the class thinks. Then torch computes the answer.",
)
classroom()
st.html(
    '<p class="wsb-note">No account and no names. A room, its questions and its answers are deleted when it is closed, '
    "after 24 hours at the latest. On other pages a bar at the foot of the window keeps you in the class.</p>"
)
