"""Sections of the exported code about single digits, whose logits it holds.

Those after LOGITS read what it sets.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the exported code.

    title, words: a heading, and a sentence or two
    code:         prints; may read any definition of `core.exports.sources`
    all_digits:   whether it needs the MNIST files
    """

    title: str
    words: str
    code: str
    all_digits: bool = False


LOGITS = Section(
    "The ten logits",
    "The model's float32 answers times the scale: the float64 product, rounded once to the dtype.",
    """\
x = scaled(LOGITS, SCALE, DTYPE)
target = torch.tensor([TARGET])
print("logits:", *(shortest(value, DTYPE) for value in x.tolist()))
print("target:", TARGET)""",
)

LOSSES = Section(
    "Its loss by every formula",
    "Each computed in the dtype, on this row alone.",
    """\
for formula in FORMULAS.values():
    print(f"{formula.label:24}{shortest(formula.per_sample(x[None], target).item(), DTYPE)}")""",
)

STEPS = Section(
    "Step by step",
    "The row on its way through three formulas: where inf, 0 and nan enter.",
    """\
for name in WALKS:
    there = walk(name, x, TARGET)
    print(f"{FORMULAS[name].label}: loss {shortest(there.nll.item(), DTYPE)}, what failed: {there.cause}")
    for step in there.steps:
        print(f"    {step.code:20}", *(shortest(value, DTYPE) for value in step.values.reshape(-1).tolist()))""",
)

ENDS = Section(
    "Where exp ends",
    "Found by bisection over the numbers each format has.",
    """\
for name in DTYPES:
    found = limits(name)
    last, first, least = found.last_finite_exp, found.first_inf_exp, found.last_nonzero_exp
    print(
        f"{name:9}largest {found.largest:.5g}; exp({shortest(last, name)}) is finite, exp({shortest(first, name)}) is "
        f"inf; exp({shortest(least, name)}) is the last above 0"
    )""",
)

ONE_HOT = Section(
    "One-hot and indexing, the first three digits",
    "A row's sum over all classes has a 0 × -inf, which is nan, where a log-probability is -inf. The index picks one.",
    """\
log_probs = torch_log_softmax(scaled(FIRST_LOGITS, SCALE, DTYPE))
one_hot = F.one_hot(FIRST_TARGETS, CLASSES).to(log_probs.dtype)
products = one_hot * log_probs
for label in range(CLASSES):
    print(f"class {label}: ", *(f"{value + 0:.4g}" for value in products[:, label].tolist()))
print("minus the sum:", *(shortest(value, DTYPE) for value in (-products.sum(-1)).tolist()))
print("by index:     ", *(shortest(value, DTYPE) for value in nll_per_sample(log_probs, FIRST_TARGETS).tolist()))""",
)

SHIFT = Section(
    "Any shift but the maximum",
    "log(sum of exp(x)) = a + log(sum of exp(x - a)) on paper, for any a.",
    """\
maximum = x.max().item()
reach = 1.25 * max(limits(DTYPE).last_finite_exp, -limits(DTYPE).last_nonzero_exp)
print("the maximum taken out:", shortest(logsumexp(x).item(), DTYPE))
for shift in (0.0, *(maximum + reach * k / 4 for k in range(-4, 5))):
    print(f"a = {shift:<12.6g}{shortest(shifted_logsumexp(x, shift).item(), DTYPE)}")""",
)

GRADIENTS = Section(
    "Its gradient by every formula",
    "By autograd, in the dtype; the last line is what it should be: softmax minus one-hot.",
    """\
for name, formula in FORMULAS.items():
    own = gradients(name, x[None], target)[0]
    print(f"{formula.label:24}", *(shortest(value, DTYPE) for value in own.tolist()))
right = right_gradient(x[None], target)[0]
print(f"{'softmax - one-hot':24}", *(shortest(value, DTYPE) for value in right.tolist()))""",
)

BACK = Section(
    "The way back through log of softmax",
    "The gradient at each step, from the loss to the logits, and the operation that loses it.",
    """\
back = backward_walk("log_of_softmax", x, TARGET)
print("what failed:", back.cause)
for step in back.steps:
    print(f"    at {step.code:20}", *(shortest(value, DTYPE) for value in step.gradient.reshape(-1).tolist()))""",
)

TRUTH = Section(
    "Beside the truth",
    "The pages certify losses by interval arithmetic; here Python's decimal computes them to 50 digits, which shows "
    "the same errors. An ulp is the gap between neighbouring numbers of the dtype.",
    """\
if x.isfinite().all():
    exact = true_loss(x.tolist(), TARGET)
    print(f"{'truth':24}{exact:.20g}")
    for formula in FORMULAS.values():
        value = formula.per_sample(x[None], target).item()
        print(f"{formula.label:24}{shortest(value, DTYPE)}, {ulps_off(value, exact, DTYPE):.3g} ulps off")
else:
    print("A logit is infinite in this dtype: there is no true loss to compare with.")""",
)
