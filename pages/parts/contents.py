"""The table of contents: every page, in reading order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A page: its file below `pages/`, the last part of its address, its title, and what it shows."""

    file: str
    url: str
    title: str
    about: str


CONTENTS: dict[str, tuple[Chapter, ...]] = {
    "Story": (
        Chapter(
            "story/break_it.py",
            "",
            "Break it",
            "Drag one scale and watch the textbook cross-entropy fail on real digits.",
        ),
        Chapter(
            "story/logits.py",
            "logits",
            "From pixels to logits",
            "A digit on its way through the model, and how large its ten logits get.",
        ),
        Chapter(
            "story/softmax.py",
            "softmax",
            "Softmax and its log",
            "One row through exp, sum, quotient and log: where inf, 0 and nan enter.",
        ),
        Chapter(
            "story/nll.py",
            "nll",
            "The target's share",
            "One-hot against integer indexing, and the loss as a mean of 50,000 numbers.",
        ),
        Chapter(
            "story/log_quotient.py",
            "log-quotient",
            "A quotient of exponentials",
            "What log a - log b repairs, what it does not, and where it is worse.",
        ),
        Chapter(
            "story/logsumexp.py",
            "logsumexp",
            "The LogSumExp trick",
            "Choose the shift yourself and see why the maximum is the right one.",
        ),
        Chapter(
            "story/agreement.py",
            "agreement",
            "Do they agree?",
            "Every formula against every other, live, at the current scale and dtype.",
        ),
    ),
    "Labs": (
        Chapter(
            "labs/overflow.py",
            "overflow",
            "Who fails, when and why",
            "Every formula over every scale: failures by cause, predicted in closed form and measured.",
        ),
        Chapter(
            "labs/gradients.py",
            "gradients",
            "The gradient dies first",
            "The loss is fine and the gradient is nan: the window, the walk back, the poisoned batch.",
        ),
        Chapter(
            "labs/accuracy.py",
            "accuracy",
            "Finite is not correct",
            "Every loss against certified truth, in ulps: exact zeros, negative losses, fifty wrong digits.",
        ),
        Chapter(
            "labs/training.py",
            "training",
            "Training until it breaks",
            "The same network by every formula side by side: the step, the digit and the operation where one dies.",
        ),
    ),
    "Practice": (
        Chapter(
            "practice/diagnose.py",
            "diagnose",
            "Diagnose my logits",
            "Bring the batch that gave nan: which rows fail, why, and the line to change, tried on that batch.",
        ),
        Chapter(
            "practice/write_it.py",
            "write-it",
            "Write logsumexp",
            "The notebook's empty function: fill it in and have your lines checked case by case.",
        ),
    ),
    "Classroom": (
        Chapter(
            "classroom/class_page.py",
            "class",
            "Class",
            "Predict together: a presenter asks, students answer on their phones, torch tells.",
        ),
    ),
    "About": (
        Chapter("about/questions.py", "questions", "Questions people ask", "Ten real questions, each answered live."),
        Chapter("about/teach.py", "teach", "Teach with it", "Lesson paths of 5, 20 and 45 minutes, with answers."),
        Chapter("about/method.py", "method", "Method", "How every number is made; glossary, references, versions."),
    ),
}

READING_ORDER: tuple[Chapter, ...] = tuple(chapter for section in CONTENTS.values() for chapter in section)
