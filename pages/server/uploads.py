"""How large a file may be that a visitor brings: `MAX_UPLOAD_MB`, 1 without it."""

import os
import sys

from streamlit import config

MOST = 64  # MB; a batch takes several times as much while it is measured


def limit_uploads() -> dict[str, int]:
    """Tells Streamlit, which refuses larger files itself; the option it was told, for whoever starts the server.

    Ends the process with a sentence where MAX_UPLOAD_MB is no such number.
    """
    asked = os.environ.get("MAX_UPLOAD_MB")
    if asked is None:
        return {}
    if asked not in map(str, range(1, MOST + 1)):
        sys.exit(f"MAX_UPLOAD_MB is {asked[:20]!r}; it must be a whole number of megabytes, 1 to {MOST}.")
    config.set_option("server.maxUploadSize", int(asked))
    return {"server.maxUploadSize": int(asked)}
