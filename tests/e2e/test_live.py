"""Torch's live answers over the websocket, from a browser and from who writes messages by hand."""

import re
import struct

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from core import data, model, sweep
from core.dtypes import scaled
from tests.e2e.test_break_it import drag

NUMBERS = 1 + len(sweep.HEADLINE)


def socket_of(address: str, **more):
    return connect(f"{address.replace('http', 'ws', 1)}/live", open_timeout=30, **more)


def answer(socket, question: str | bytes) -> tuple[float, ...]:
    socket.send(question)
    return struct.unpack(f"<{NUMBERS}d", socket.recv(timeout=60))


def test_while_the_hand_moves_torch_answers_what_the_sweep_says(visit):
    page = visit.open()
    drag(page, 0.2, 0.7, release=False)
    expect(page.locator(".wsb-status")).to_contain_text(re.compile(r"Torch live at ×\d.* to the last bit"))
    page.mouse.up()
    expect(page.locator(".wsb-status")).to_contain_text("Torch ran")


def test_an_answer_holds_the_losses_of_the_formulas_at_exactly_that_scale(address):
    digits, _ = data.load()
    torch.set_num_threads(1)
    x = scaled(model.logits("untrained", 0, digits), 300.5, "float16")
    nll = sweep.losses(x, digits.targets, sweep.HEADLINE)
    with socket_of(address) as socket:
        scale, *losses = answer(socket, "weights=untrained&dtype=float16&scale=300.5")
    assert scale == 300.5
    np.testing.assert_array_equal(losses, [per_row.double().mean().item() for per_row in nll.values()])


@pytest.mark.parametrize("question", ["", "scale=nan&dtype=float8", "&&==%00", "scale=" + "9" * 100_000, b"\x00\xff"])
def test_a_question_that_means_nothing_is_answered_for_the_default_view(address, question):
    with socket_of(address) as socket:
        assert answer(socket, question)[0] == 1.0
        assert answer(socket, "scale=80")[0] == 80.0


def test_another_site_may_not_ask(address):
    with (
        pytest.raises((InvalidStatus, ConnectionClosed)),
        socket_of(address, origin="https://elsewhere.test") as socket,
    ):
        answer(socket, "scale=1")
