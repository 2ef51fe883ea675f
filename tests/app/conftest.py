"""The app as its router draws it, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


@pytest.fixture
def open_link() -> Callable[..., AppTest]:
    """Opens the app as a link with these query parameters does."""

    def opened(**query: str) -> AppTest:
        app = AppTest.from_file(str(ROUTER), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened
