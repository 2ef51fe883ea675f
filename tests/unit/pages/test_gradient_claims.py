"""What the gradient lab claims: each sentence has a form for none, one and all, and says what the results say."""

import numpy as np
import pytest
import torch

from core.dtypes import DTYPES, scaled, torch_dtype
from core.gradients import REMEDIES, Poisoned, Update, Windows, gradients, right_gradient
from core.losses import FORMULAS
from core.sweep import NEVER, SCALES
from core.view import View
from pages.parts import cached, cached_labs
from pages.parts.claims import batch, counted, listed
from pages.parts.claims import gradients as of_gradients

VIEW = View()


def test_a_count_has_a_form_for_none_one_some_and_all():
    assert [counted(n, of=3) for n in range(4)] == ["no digit", "1 digit", "2 digits", "all 3 digits"]
    assert counted(1, of=1) == "the only digit"
    assert [counted(n, "loss", nouns="losses") for n in (1, 2184)] == ["1 loss", "2,184 losses"]
    assert [listed("abc"[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


@pytest.fixture
def windows(monkeypatch):
    """Sets where each digit loses its gradient, and where its loss."""

    def put(gradient, loss):
        monkeypatch.setattr(
            cached_labs, "gradient_windows", lambda _: Windows(np.array(gradient, np.int16), np.array(loss, np.int16))
        )

    return put


@pytest.mark.parametrize(
    ("gradient", "loss", "said"),
    [
        ([NEVER] * 2, [NEVER] * 2, "keeps every digit's gradient over the whole track."),
        ([90, NEVER], [NEVER] * 2, f"step to ×{SCALES[90]:g}, and no digit's loss over the whole track."),
        ([90, 95], [90, 100], f"step to ×{SCALES[90]:g}, and a digit's loss on the same step."),
        ([90, 95], [100, 97], f"step to ×{SCALES[90]:g}, and the first loss on the step to ×{SCALES[97]:g}: until"),
    ],
)
def test_where_gradient_and_loss_go_first(windows, gradient, loss, said):
    windows(gradient, loss)
    assert said in of_gradients.first_lost(VIEW)


@pytest.mark.parametrize(
    ("gradient", "loss", "said"),
    [
        ([90] * 2, [NEVER] * 2, "No digit loses both"),
        ([90, 90], [NEVER, 91], "One digit loses both"),
        ([90, 90], [91, 95], "All 2 digits lose both"),
        ([90, 90, 90], [91, 95, NEVER], "2 digits lose both"),
    ],
)
def test_how_wide_windows_are(windows, gradient, loss, said):
    windows(gradient, loss)
    assert of_gradients.widths(VIEW).startswith(said)


@pytest.mark.parametrize(
    ("gradient", "loss", "said"),
    [
        ([NEVER] * 3, [NEVER] * 3, "gives every digit a finite loss and a finite gradient."),
        ([0] * 3, [0] * 3, "has lost loss and gradient of all 3 digits."),
        (
            [0, 0, NEVER],
            [0, NEVER, NEVER],
            "the gradient of 2 digits and the loss of 1 digit: for 1 digit the loss still",
        ),
        ([0, NEVER, NEVER], [0, NEVER, NEVER], "1 digit and the loss of 1 digit: no loss that looks fine hides one."),
        ([0] * 3, [NEVER] * 3, "the gradient of all 3 digits and the loss of no digit: for 3 digits"),
    ],
)
def test_what_is_lost_at_a_step_of_the_track(windows, gradient, loss, said):
    windows(gradient, loss)
    told = of_gradients.lost_here(VIEW)
    assert told.startswith("At ×1 the naive formula ")
    assert said in told


@pytest.mark.parametrize(
    "view",
    [
        View(250.0),
        View(88.7, "float16"),
        View(9_999.99, "float64"),
        View(0.41, "float16", "trained"),
        View(2.6, weights="trained"),
    ],
)
def test_between_two_steps_as_many_are_lost_as_at_exactly_that_scale(view):
    x = scaled(cached.logits(view.weights, view.seed), view.scale, view.dtype)
    targets = cached.digits().targets
    gradient, loss = of_gradients.lost_at(view)
    assert (gradient == ~gradients("log_of_softmax", x, targets).isfinite().all(-1).numpy()).all()
    assert (loss == ~FORMULAS["log_of_softmax"].per_sample(x, targets).isfinite().numpy()).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_rows_to_remember_show_in_every_dtype_what_they_are_called(dtype):
    row = torch.tensor([of_gradients.row_without_gradient(dtype)], dtype=torch_dtype(dtype))
    target = torch.tensor([1])
    assert FORMULAS["log_of_softmax"].per_sample(row, target).item() == pytest.approx(0.31326, rel=0.01)
    assert gradients("log_of_softmax", row, target).isnan().all()
    row = torch.tensor([of_gradients.row_without_loss(dtype)], dtype=torch_dtype(dtype))
    target = torch.tensor([2])
    assert FORMULAS["unshifted_log_softmax"].per_sample(row, target).item() == float("inf")
    assert gradients("unshifted_log_softmax", row, target).tolist() == [[0, 0, -1]]
    assert right_gradient(row, target).tolist() == [[0.5, 0.5, -1]]
    assert len(of_gradients.memorable(dtype)) == 2


def poisoned(bad, **updates):
    fine = Update(1.0, 0, 0, 0)
    return Poisoned(500, tuple(range(bad)), {name: updates.get(name, fine) for name in REMEDIES})


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (0, "every row has a finite gradient"),
        (1, "1 row has no finite gradient"),
        (2, "2 rows have no finite gradient"),
        (64, "none of its rows has a finite gradient"),
    ],
)
def test_how_many_rows_of_the_batch_are_bad(bad, said):
    assert f"at ×1: {said}" in batch.bad_rows(View(sample=0), poisoned(bad))


def test_the_scale_is_to_be_raised_only_where_that_loses_a_row():
    assert batch.bad_rows(View(sample=0), poisoned(0)).endswith("Raise the scale until one is lost.")
    assert not batch.bad_rows(View(10_000.0, sample=0), poisoned(0)).endswith("lost.")


def test_what_each_way_to_mend_a_batch_comes_to():
    dead, overflown = Update(float("nan"), 500, 0, 500), Update(float("inf"), 0, 0, 0)
    assert batch.remedies(poisoned(0)).startswith("No row is bad")
    some = batch.remedies(poisoned(3, where_on_the_losses=dead))
    assert "too late. The input must be made safe" in some
    assert "every row removed" not in some
    assert some.endswith("With F.cross_entropy nothing needs mending.")
    assert "here it meets none" in batch.remedies(poisoned(3))
    assert "With every row removed nothing is left" in batch.remedies(poisoned(64))
    assert "keeps every weight, but says inf" in batch.remedies(poisoned(64, cross_entropy_mean=overflown))
    lost = batch.remedies(poisoned(64, cross_entropy_mean=dead, where_before_the_formula=dead))
    assert lost.endswith("a logit of the batch is inf before any formula runs.")
    assert "must be made safe" not in lost
