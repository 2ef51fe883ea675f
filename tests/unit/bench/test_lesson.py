"""The proof sees an answer that was lost, counted twice, or is another than the student was told."""

import asyncio

import pytest

from tests.bench.lesson import OPTIONS, Lesson
from tests.bench.site import Site

NAIVE, UNSHIFTED, *_ = OPTIONS
TOLD = [NAIVE, NAIVE, UNSHIFTED]


def faults(counts, answered, told=TOLD, number=1):
    lesson = Lesson(Site("http://127.0.0.1:1", {}), len(told))
    for student, given in zip(lesson.students, told, strict=True):
        student.member.counted[1] = (given, 0.0)
    lesson.presenter.member.room = {"number": number, "counts": counts, "answered": answered}
    asyncio.run(lesson._compare("calm", 1))
    return lesson.faults


def test_what_agrees_is_no_fault():
    assert faults([[NAIVE, 2], [UNSHIFTED, 1], ["none", 0]], 3) == []


@pytest.mark.parametrize(
    ("counts", "answered"),
    [
        ([[NAIVE, 1], [UNSHIFTED, 1]], 2),  # lost
        ([[NAIVE, 3], [UNSHIFTED, 1]], 4),  # counted twice
        ([[NAIVE, 1], [UNSHIFTED, 2]], 3),  # another than was told
        ([[NAIVE, 2], [UNSHIFTED, 1]], 2),
    ],
)
def test_what_does_not_is_one(counts, answered):
    (fault,) = faults(counts, answered)
    assert fault.startswith("calm: students were told")


def test_another_question_is_one():
    assert faults([[NAIVE, 2], [UNSHIFTED, 1]], 3, number=2)
