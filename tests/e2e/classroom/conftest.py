"""What every test of a class begins with: a server of the module's own, and a room."""

from collections.abc import Iterator

import pytest

from tests.e2e.classroom.room import APP, Room
from tools.serve import started


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """Its rooms are of this module alone: one address may open ten within an hour."""
    with started(*APP, CLASS_FOLDER=str(tmp_path_factory.mktemp("class"))) as running:
        yield running.address


@pytest.fixture
def room(visit_as, server) -> Room:
    return Room(visit_as, server)
