"""Classroom: predict together, then look."""

import streamlit as st

from pages.parts.classroom.classroom import classroom

# What it is about says the component, to who is in no room: on a phone a question needs the space.
st.markdown("# Class")
classroom()
