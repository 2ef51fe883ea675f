"""The server: `streamlit run app.py` or `python app.py`."""

import streamlit as st

from pages.server.routes import ROUTES
from pages.server.warm_up import warm_up

app = st.App("pages/router.py", lifespan=warm_up, routes=ROUTES)

if __name__ == "__main__":
    app.run()
