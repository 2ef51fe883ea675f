"""The server: `streamlit run app.py`, or `PORT=8501 python app.py`."""

import os

import streamlit as st
from starlette.middleware import Middleware

from pages.server.compressed import CompressedFiles
from pages.server.headers import SecurityHeaders
from pages.server.routes import routes
from pages.server.uploads import limit_uploads
from pages.server.warm_up import warm_up

limits = limit_uploads()
app = st.App(
    "pages/router.py",
    lifespan=warm_up,
    routes=routes(),
    middleware=[Middleware(SecurityHeaders), Middleware(CompressedFiles)],
)

if __name__ == "__main__":
    app.run(config={"server.port": int(os.environ.get("PORT", "8501")), **limits})
