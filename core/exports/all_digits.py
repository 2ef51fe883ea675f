"""Sections of the exported code about all digits, for which it needs the MNIST files.

Those after EVERYWHERE read what it sets.
"""

from core.exports.one_digit import Section

EVERYWHERE = Section(
    "All 50,000 digits",
    "The model is built from its seed, and trained where the view says so. The loss is the mean of the per-sample "
    "losses, accumulated in float64.",
    """\
digits = mnist(Path(MNIST))
answers = logits_of(prepared(WEIGHTS, SEED, digits), digits)
apart = (answers[DIGIT] - LOGITS).abs().max().item()
print(f"The model's logits of digit {DIGIT} and those above differ by {apart:g} at most.")
every_x = scaled(answers, SCALE, DTYPE)
every = {name: formula.per_sample(every_x, digits.targets) for name, formula in FORMULAS.items()}
for name, per_row in every.items():
    why = causes(name, every_x, digits.targets, per_row)
    counts = [int((why == code).sum()) for code in range(len(CAUSES))]
    because = "".join(f", {cause}: {n}" for cause, n in zip(CAUSES[1:], counts[1:], strict=True) if n)
    mean = per_row.double().mean().item()
    print(f"{FORMULAS[name].label:24}loss {mean!r}, failed: {sum(counts[1:])}{because}")""",
    all_digits=True,
)

LARGEST = Section(
    "How large logits get",
    "The largest logit of each digit, before any scale.",
    """\
for weights in ("untrained", "trained"):
    largest = logits_of(prepared(weights, SEED, digits), digits).amax(-1)
    print(f"{weights:10}median {largest.median():.3g}, at most {largest.max():.4g}")""",
    all_digits=True,
)

BY_CLASS = Section(
    "The loss by what the digit shows",
    "By F.cross_entropy.",
    """\
for label in range(CLASSES):
    own = every["torch_cross_entropy"].double()[digits.targets == label]
    print(f"{label}: {len(own)} digits, mean loss {own.mean():.4f}, largest {own.max():.4g}")""",
    all_digits=True,
)

PAIRS = Section(
    "Every formula against every other",
    "Whether the notebook's test_near passes on all digits, and the largest difference of any.",
    """\
largest_differences = differences(every)
for (a, b), agree in near_pairs(every).items():
    verdict = "agree" if agree else "differ"
    print(f"{verdict:7}{largest_differences[a, b]:<9.2g}{FORMULAS[a].label} | {FORMULAS[b].label}")""",
    all_digits=True,
)

MEANS = Section(
    "PyTorch's own mean",
    "The same losses; the reductions inside F.nll_loss and F.cross_entropy hold their sum in the dtype.",
    """\
own_mean = F.cross_entropy(every_x, digits.targets)
composed = F.nll_loss(F.log_softmax(every_x, -1), digits.targets)
print("F.cross_entropy(logits, targets):             ", shortest(own_mean.item(), DTYPE))
print("F.nll_loss(F.log_softmax(logits), targets):   ", shortest(composed.item(), DTYPE))
print("the per-sample losses, Tensor.mean():         ", shortest(every["torch_cross_entropy"].mean().item(), DTYPE))
print("the per-sample losses, their mean in float64: ", every["torch_cross_entropy"].double().mean().item())""",
    all_digits=True,
)

PREDICTED = Section(
    "Causes, predicted and measured",
    "Predicted from each row's numbers, without running the formula.",
    """\
for name, per_row in every.items():
    told = predicted(every_x, digits.targets, name)[1]
    seen = causes(name, every_x, digits.targets, per_row)
    print(f"{FORMULAS[name].label}: they differ on {int((told != seen).sum())} of {len(told)} digits")
    for code, cause in enumerate(CAUSES):
        if (told == code).any() or (seen == code).any():
            print(f"    {cause:26}predicted {int((told == code).sum())}, measured {int((seen == code).sum())}")""",
    all_digits=True,
)

LOST = Section(
    "Gradients lost, losses lost",
    "How many digits have no finite gradient at this scale, and how many no finite loss.",
    """\
for name, per_row in every.items():
    lost = int((~gradients(name, every_x, digits.targets).isfinite().all(-1)).sum())
    print(f"{FORMULAS[name].label:24}no gradient: {lost}, no loss: {int((~per_row.isfinite()).sum())}")""",
    all_digits=True,
)

ERRORS = Section(
    "Errors over every hundredth digit",
    "In ulps, where logits and loss are finite; and how many losses of all digits are exactly 0.",
    """\
sample = [row for row in range(0, len(digits), 100) if every_x[row].isfinite().all()]
truths = [true_loss(every_x[row].tolist(), int(digits.targets[row])) for row in sample]
for name, per_row in every.items():
    off = [abs(ulps_off(per_row[row].item(), it, DTYPE)) for row, it in zip(sample, truths, strict=True)]
    fine = [size for size in off if math.isfinite(size)] or [math.nan]
    print(
        f"{FORMULAS[name].label:24}median {statistics.median(fine):.3g}, largest {max(fine):.3g}, not finite "
        f"{sum(not math.isfinite(size) for size in off)}, exactly 0: {int((per_row == 0).sum())}"
    )""",
    all_digits=True,
)

TRAINING = Section(
    "Training until it breaks",
    "One epoch over the first 5,000 digits, the same weights and batches for every formula.",
    """\
try:
    setting = Setting(DTYPE, SCALE, RATE, SEED)
except ValueError as error:
    print(f"These settings are out of bounds for training: {error}.")
else:
    *_, end = run(setting, digits)
    for name, progress in end.formulas.items():
        died = progress.death
        fate = f"died at step {died.step}, digit {died.row}: {died.what}, {died.cause}" if died else "lived"
        print(f"{FORMULAS[name].label:24}{fate}; loss {progress.loss:.4g}, right {progress.accuracy:.1%}")""",
    all_digits=True,
)
