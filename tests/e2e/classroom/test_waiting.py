"""A browser that the class cannot take in yet, by a server that only says so."""

import json

import pytest
from playwright.sync_api import WebSocketRoute, expect


@pytest.mark.parametrize("answer", [{"kind": "refused", "final": False, "wait_s": 0.3}, {"kind": "trouble"}])
def test_a_browser_that_cannot_come_in_yet_asks_again_on_the_same_socket(visit_as, address, answer):
    """What was refused for the moment put it out of the room for good; trouble opened another socket each time."""
    page, heard = visit_as().page, []

    def served(socket: WebSocketRoute) -> None:
        def hear(text: str) -> None:
            heard.append((id(socket), json.loads(text)))
            if heard[-1][1]["do"] == "join":
                socket.send(json.dumps({"says": "Not yet.", **answer}))

        socket.on_message(hear)

    page.route_web_socket("**/class/socket", served)
    page.goto(f"{address}/class?room=BCDFGH")
    expect(page.get_by_text("Not yet.").first).to_be_visible(timeout=60_000)
    while len(heard) < 3:
        page.wait_for_timeout(100)
    assert len({socket for socket, _ in heard}) == 1
    assert {said["room"] for _, said in heard} == {"BCDFGH"}
