"""What Break it says, for the app and for the page without a server (`make static`). Numbers come in as text."""

TITLE = "Where softmax breaks"
CLAIM = (
    "A digit classifier gives each digit ten scores, its **logits**; the **loss** says how little it believed in the "
    "right one. Here one number, the scale, multiplies all logits. **Somewhere on the track the textbook loss becomes "
    "inf or nan. Log-sum-exp with the maximum taken out lives on while logits and answer fit the number format.**"
)

FIRST = "The first digit to fail as the scale grows"
CHOSEN = "Digit {row}"
DIGIT = "Digit {row} of the training set, showing {target}."
ASKED = "At which scale is digit {row} lost? Guess first, then open this."
KEPT = "The naive formula keeps it over the whole track."
LOST = (
    "By the naive formula its loss is still finite at ×{before} and lost at ×{scale}, the next scale the slider offers."
)
LOST_AT_ONCE = "By the naive formula its loss is lost at ×{scale}, the least scale the slider offers."
GO = "Go where it is lost"
BACK = "Back to the first to fail"

ADVISED = "What to write in your own code"
ADVICE = (
    "`loss = F.cross_entropy(logits, targets)`, with the last layer's raw output as logits, no softmax before it. It "
    "takes the maximum out for you. In float16 or bfloat16 convert the logits first: `F.cross_entropy(logits.float(), "
    "targets)`."
)
