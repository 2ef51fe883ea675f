"""Ten questions people ask when their loss goes wrong, each with a few lines that show it live.

Each demonstration returns what it names, so a page can print the names with the values; its source is the code shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor

from core.losses import log_of_softmax, logsumexp, nll_per_sample, unshifted_log_softmax
from core.view import View


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a page shows what a question is about.

    page: its address
    what: what there is to see at that view, in the words of the link
    more: parameters of that page alone, as its link has them
    """

    page: str
    view: View
    what: str
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and what to say about it.

    page:     the address of the chapter it belongs to
    evidence: a page that shows the same; None where only the lines do
    shows:    runs the case, name -> result
    """

    page: str
    asked: str
    evidence: Evidence | None
    sees: str
    why: str
    instead: str
    shows: Callable[[], dict[str, Tensor]]


def subtract_the_maximum() -> dict[str, Tensor]:
    x = torch.tensor([[88.0, 89.0, 90.0]])
    return {
        "naive": log_of_softmax(x),
        "maximum first": log_of_softmax(x - x.max(-1, keepdim=True)[0]),
    }


def log_of_zero() -> dict[str, Tensor]:
    x = torch.tensor([[0.0, 110.0]])
    return {
        "softmax": x.softmax(-1),
        "its log": x.softmax(-1).log(),
        "F.log_softmax": F.log_softmax(x, -1),
    }


def nan_in_half_precision() -> dict[str, Tensor]:
    x = torch.tensor([[12.0, 3.0, 0.0]])
    target = torch.tensor([0])
    return {
        "float32": nll_per_sample(log_of_softmax(x), target),
        "float16": nll_per_sample(log_of_softmax(x.half()), target),
        "float16, F.cross_entropy": F.cross_entropy(x.half(), target),
        "float32, F.cross_entropy": F.cross_entropy(x, target),
    }


def exactly_zero() -> dict[str, Tensor]:
    x = torch.tensor([[20.0, 0.0]])
    target = torch.tensor([0])
    return {
        "float32": F.cross_entropy(x, target),
        "float64": F.cross_entropy(x.double(), target),
    }


def probabilities_as_logits() -> dict[str, Tensor]:
    x = torch.tensor([[9.0, 0.0, 0.0]])
    target = torch.tensor([0])
    return {
        "from logits": F.cross_entropy(x, target),
        "from probabilities": F.cross_entropy(x.softmax(-1), target),
        "the least it can become": F.cross_entropy(torch.tensor([[1.0, 0.0, 0.0]]), target),
    }


def negative_loss() -> dict[str, Tensor]:
    x = torch.tensor([[-103.0, -104.0, -105.0]])
    target = torch.tensor([0])
    return {
        "its exps": x.exp(),
        "unshifted": nll_per_sample(unshifted_log_softmax(x), target),
        "naive": nll_per_sample(log_of_softmax(x), target),
        "F.cross_entropy": F.cross_entropy(x, target),
    }


def masked_rows() -> dict[str, Tensor]:
    inf = float("inf")
    some, every = torch.tensor([[2.0, 1.0, -inf]]), torch.full((1, 3), -inf)
    return {
        "one class masked": F.log_softmax(some, -1),
        "the whole row masked": F.log_softmax(every, -1),
        "its log-sum-exp, torch": torch.logsumexp(every, -1),
        "its log-sum-exp, by hand": logsumexp(every),
    }


def where_keeps_the_nan() -> dict[str, Tensor]:
    x = torch.tensor([100.0, 1.0], requires_grad=True)
    safe = torch.where(x > 88, x, x.exp().log())
    (gradient,) = torch.autograd.grad(safe.sum(), x)
    return {"value": safe.detach(), "gradient": gradient}


def mean_of_nothing() -> dict[str, Tensor]:
    x = torch.empty(0, 3)
    target = torch.empty(0, dtype=torch.int64)
    ignored = F.cross_entropy(torch.zeros(2, 3), torch.tensor([-100, -100]))
    return {
        "empty batch, mean": F.cross_entropy(x, target),
        "empty batch, sum": F.cross_entropy(x, target, reduction="sum"),
        "all targets ignored, mean": ignored,
    }


def finite_and_wrong() -> dict[str, Tensor]:
    x = torch.full((1, 10), 2.0**26)
    target = torch.tensor([0])
    return {
        "x - torch.logsumexp(x)": nll_per_sample(x - torch.logsumexp(x, -1, keepdim=True), target),
        "F.cross_entropy": F.cross_entropy(x, target),
        "log 10": torch.tensor(10.0).log(),
    }


QUESTIONS: tuple[Question, ...] = (
    Question(
        "logsumexp",
        "Why does everybody subtract the maximum?",
        Evidence("", View(scale=1000.0), "exps overflow, and with the maximum taken out no digit is lost"),
        "The same three logits: -inf and nan without, three good numbers with.",
        "Adding one number to all logits multiplies every exp by the same factor, which cancels in the quotient. "
        "With the maximum taken out the largest exp is exp(0) = 1, so nothing overflows and the sum is never 0. That "
        "cures the sum, not the shares: one can still underflow to 0, and its log is -inf.",
        "Write F.cross_entropy(logits, targets): it takes the maximum out, and never takes the log of a share.",
        subtract_the_maximum,
    ),
    Question(
        "softmax",
        "Why is log(softmax(x)) -inf?",
        Evidence("", View(scale=300.0), "shares that underflow to 0, on real digits"),
        "The share of the first class is 0, so its log is -inf; the right answer is an ordinary number.",
        "The share is exp(-110), about 2e-48, which no float32 can hold. log_softmax never forms the share: it "
        "subtracts the logs.",
        "Never take the log of a softmax: call F.log_softmax.",
        log_of_zero,
    ),
    Question(
        "softmax",
        "Why is my loss nan after some steps in float16?",
        Evidence("", View(dtype="float16", weights="trained"), "nan on real digits, F.cross_entropy beside it"),
        "A logit of 12 is no problem in float32; in float16 exp(12) is inf and inf / inf is nan. In float16 "
        "F.cross_entropy stays finite, but rounds the small true loss to 0: wrong too.",
        "The largest float16 is 65,504, less than exp(11.1). Training grows the logits past 11 within one epoch.",
        "Compute the loss in float32: F.cross_entropy(logits.float(), targets).",
        nan_in_half_precision,
    ),
    Question(
        "accuracy",
        "Why is my loss exactly 0?",
        Evidence("accuracy", View(scale=5.0, weights="trained"), "how many losses of real digits are exactly 0"),
        "float32 says 0, float64 a small number.",
        "The loss is log(1 + exp(-20)), about 2e-9. In float32 1 + exp(-20) rounds to 1, and log 1 is 0: the digits "
        "are lost, not the lesson. The row is learnt.",
        "Nothing to mend for training. If you need the digits, use float64 or the log1p form.",
        exactly_zero,
    ),
    Question(
        "logits",
        "Does it want logits or probabilities?",
        None,
        "Fed with probabilities, the loss of a confident right answer stays far from 0.",
        "F.cross_entropy takes the softmax itself. Given probabilities it takes softmax twice, and shares "
        "between 0 and 1 are nearly equal logits: the loss cannot fall below a floor, and training crawls.",
        "Give it the last layer's raw output, without softmax.",
        probabilities_as_logits,
    ),
    Question(
        "log-quotient",
        "How can a cross-entropy be negative?",
        Evidence("log-quotient", View(), "the same row, step by step"),
        "The unshifted formula returns a negative loss, and it is finite. The naive one says 0, wrong as well.",
        "Only the first exp is still above 0, and that close to 0 a float32 has one bit left for it; the others are 0. "
        "Their sum is about half of what it should be, and the loss is off by the log of that.",
        "Take the maximum out first, as F.cross_entropy does.",
        negative_loss,
    ),
    Question(
        "logsumexp",
        "What does a row masked with -inf give?",
        Evidence("diagnose", View(), "masked attention scores, and what to write", {"example": "masked attention"}),
        "One masked class is fine, as long as it is not the target: its log-probability is -inf. A row with every "
        "class masked is nan; torch.logsumexp returns -inf, the hand-written one nan.",
        "The maximum of the row is -inf, and -inf minus -inf is nan. torch.logsumexp guards against it; a "
        "log-softmax of nothing has no answer.",
        "Never mask the target or a whole row; drop such rows from the loss.",
        masked_rows,
    ),
    Question(
        "gradients",
        "I chose the safe branch with torch.where. Why is the gradient nan?",
        Evidence("gradients", View(scale=300.0), "what torch.where keeps, on a batch of real digits"),
        "The value is right and the gradient is nan.",
        "where passes a gradient of 0 into the branch not taken, and the chain rule multiplies it by the inf that "
        "exp(100) left there: 0 times inf is nan.",
        "Make the input safe before the dangerous operation, not the output after it.",
        where_keeps_the_nan,
    ),
    Question(
        "nll",
        "Why is the loss nan although no row is?",
        Evidence("diagnose", View(), "an empty batch, and what to write", {"example": "empty batch"}),
        "An empty batch has a mean of nan; so has one in which every target is ignored.",
        "A mean divides by the number of rows that count: 0 / 0.",
        "Skip such batches, or sum and divide by max(count, 1).",
        mean_of_nothing,
    ),
    Question(
        "agreement",
        "It is finite. Can it still be wrong?",
        Evidence("accuracy", View(), "ten equal logits by both formulas"),
        "Ten equal logits must give log 10. x - logsumexp(x) gives 0.",
        "At 67 million the float32 numbers stand 8 apart, so adding log 10 to the maximum changes nothing, and the "
        "subtraction leaves 0. F.cross_entropy subtracts the maximum first and never adds it back.",
        "Prefer F.cross_entropy or F.log_softmax to x - logsumexp(x).",
        finite_and_wrong,
    ),
)
