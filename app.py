"""The server: `streamlit run app.py`, or `PORT=8501 python app.py`."""

import os
import sys

import streamlit as st
from starlette.middleware import Middleware

from pages.parts.failures import say_unforeseen
from pages.server.compressed import CompressedFiles
from pages.server.descriptors import raise_limit
from pages.server.frames import limit_frames
from pages.server.guard import Guard
from pages.server.headers import SecurityHeaders
from pages.server.no_such_page import NoSuchPage
from pages.server.origin import AllowedHosts, ask_nobody_where_we_are
from pages.server.reading import limit_reading
from pages.server.routes import routes
from pages.server.runs import take_turns
from pages.server.session import say_together
from pages.server.states import leave_plain
from pages.server.theme import work_out_once
from pages.server.together import send_together
from pages.server.unavailable import HANDLERS
from pages.server.uploads import limit_uploads
from pages.server.visits import Visits
from pages.server.warm_up import warm_up

limits = limit_uploads()
raise_limit()
work_out_once()
leave_plain()
take_turns()
say_together()
send_together()
limit_frames()
limit_reading()
ask_nobody_where_we_are()
app = st.App(
    "pages/router.py",
    lifespan=warm_up,
    routes=routes(),
    middleware=[Middleware(it) for it in (SecurityHeaders, AllowedHosts, Guard, Visits, NoSuchPage, CompressedFiles)],
    exception_handlers=HANDLERS,
    on_script_error=say_unforeseen,
)

if __name__ == "__main__":
    port = os.environ.get("PORT", "8501")
    if not (port.isdecimal() and 0 < int(port) < 1 << 16):
        sys.exit(f"PORT is {port[:20]!r}; it must be a whole number, 1 to 65535.")
    app.run(config={"server.port": int(port), **limits})
