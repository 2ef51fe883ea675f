"""The examples show what they are for, and their remedies work."""

import pytest

from core.diagnosis import Batch, checked, diagnosis, hidden, measured
from core.diagnosis.examples import EXAMPLES

FOUND = {
    "trained MLP": "log of softmax loses a row",
    "masked attention": "every class masked",
    "large vocabulary": "log of softmax loses a row",
    "empty batch": "no rows",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_goes_wrong_and_is_mended(name, logits, digits):
    example = EXAMPLES[name]
    batch = checked(*example.made(Batch(logits["trained"], digits.targets)))
    report = measured(*batch, example.dtype)
    told = diagnosis(report)
    assert told.found == FOUND[name]
    assert told.remedy.run.finite


def test_a_mask_loses_naive_gradients(logits, digits):
    report = measured(*EXAMPLES["masked attention"].made(Batch(logits["trained"], digits.targets)), "float32")
    assert hidden(report, "log_of_softmax").tolist() == [2, 3, 4, 5, 6, 7]
