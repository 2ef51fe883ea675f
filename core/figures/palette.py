"""One palette: colour says which formula, shape says what happened. Never colour alone.

The hues are from Okabe & Ito's set, which readers with colour vision deficiency can tell apart.
"""

FORMULA_COLOURS = {
    "log_of_softmax": "#D55E00",
    "unshifted_log_softmax": "#E69F00",
    "lse_log_softmax": "#0072B2",
    "shifted_log_softmax": "#0072B2",
    "log1p_nll": "#009E73",
    "torch_log_softmax": "#6E6E6E",
    "torch_cross_entropy": "#6E6E6E",
}

OUTCOME_SYMBOLS = {"finite": "circle", "+inf": "triangle-up", "-inf": "triangle-down", "nan": "x-thin"}

WEIGHTS_COLOURS = {"untrained": "#6E6E6E", "trained": "#0072B2"}

CAUSE_COLOURS = {
    "logit overflows": "#8C6BB1",
    "exp overflows": "#D55E00",
    "sum overflows": "#E69F00",
    "whole row underflows": "#CC79A7",
    "target underflows": "#56B4E9",
    "quotient underflows": "#0072B2",
    "answer exceeds the dtype": "#009E73",
}
