"""About: how every number is made, what the words mean, where it comes from."""

import platform

import numpy as np
import plotly
import streamlit as st
import torch

from core import sweep
from core.dtypes import DTYPES, limits
from pages.parts import cached, chapter, tables

chapter.begin(
    "Method",
    "How the numbers on these pages are made, what the words mean, and where it all comes from. **Nothing shown "
    "is typed in: torch computes it when you ask.**",
)

st.header("How every number is made", anchor=False)
st.markdown(
    f"""
- **Digits**: the original MNIST training file, its checksum verified at start. The first {len(cached.digits()):,}
  train, as in the notebook; pixels are divided by 256.
- **Logits**: the notebook's two-layer model in float32, seeded; trained means one epoch with its loop, learning rate
  and batch size.
- **Scale**: logits are multiplied in float64 and rounded once to the dtype. Multiplying inside a narrow dtype would
  round twice.
- **Formulas** run in that dtype on every digit. We upcast, clamp and replace nothing. Inside one operation torch may
  accumulate wider: sums of 16-bit floats are held in float32 and rounded once.
- **The loss** is the mean of the per-sample losses, accumulated in float64.
- **Truth** is the loss in interval arithmetic (python-flint's arb), in a form in which nothing cancels, at a precision
  raised until at least 83 bits are proven. Errors are given in ulps of the dtype, and what rounding the logits cost
  is kept apart.
- **Predictions** follow from the row's largest logit, the target's, the log-sum-exp and the loss, compared with the two
  ends of exp in the dtype; no formula is run. They differ from torch on no digit in float32 and float64, and on a few
  in 16 bits, where torch rounds twice.
- **Causes** are read off the tensors: which operation was the first whose result made the loss fail.
- **The sweep** behind the drag holds {len(sweep.SCALES)} scales, {sweep.STEPS_PER_DECADE} to a factor of ten. On
  release torch runs at that scale again, and the page says whether both agree to the last bit.
- **The first to fail** is the digit whose naive loss stops being finite at the least scale of that grid, and the one
  with the smallest index where several do.
"""
)

st.header("Glossary", anchor=False)
smallest = ", ".join(f"{limits(dtype).smallest:.2g} in {dtype}" for dtype in DTYPES)
largest = ", ".join(f"{limits(dtype).largest:.5g} in {dtype}" for dtype in DTYPES)
st.markdown(
    f"""
- **logit**: a number the last layer gives for a class, before softmax. Any size, any sign.
- **target**: the class the digit really belongs to.
- **softmax**: e to each logit, divided by their sum: shares that add up to 1.
- **log-probability**: the log of such a share.
- **NLL** (negative log-likelihood): minus the target's log-probability; the loss of one digit.
- **cross-entropy**: the same loss, minus the log of the target's share; "the" cross-entropy of many digits is the
  mean of theirs.
- **log-sum-exp**: the log of the sum of e to each logit.
- **dtype**: the format numbers are stored in.
- **overflow**: a result half a gap or more beyond the largest number of the dtype becomes inf. Largest: {largest}.
- **underflow**: a result nearer to 0 than to the smallest number above 0 becomes 0. Smallest: {smallest}.
- **subnormal**: a number so close to 0 that fewer of its bits carry digits (significant bits): the nearer to 0, the
  fewer.
- **inf**: what overflow leaves, and what −log 0 is.
- **nan**: "not a number", what inf / inf, 0 / 0, inf - inf or 0 × inf leave; not even equal to itself.
- **relative tolerance (rtol), absolute tolerance (atol)**: `test_near` lets two numbers differ by atol plus rtol
  times the second.
- **bisection**: halving an interval again and again, to find where an answer changes.
- **masked**: a class that must not be chosen gets the logit -inf, so its share is 0.
- **ulp**: the gap between a number and the next one its dtype can hold.
"""
)

st.header("References", anchor=False)
st.markdown(
    """
- fast.ai part 2, notebook
  [03_minibatch_training](https://github.com/fastai/course22p2/blob/master/nbs/03_minibatch_training.ipynb):
  the argument these pages follow, and the names.
- Blanchard, Higham, Higham: Accurately computing the log-sum-exp and softmax functions, IMA Journal of Numerical
  Analysis 41(4), 2021, [doi:10.1093/imanum/draa038](https://doi.org/10.1093/imanum/draa038).
- Johansson: Arb: efficient arbitrary-precision midpoint-radius interval arithmetic, IEEE Transactions on Computers
  66(8), 2017, [doi:10.1109/TC.2017.2690633](https://doi.org/10.1109/TC.2017.2690633).
- Higham: Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM 2002,
  [doi:10.1137/1.9780898718027](https://doi.org/10.1137/1.9780898718027).
- Boldo, Melquiond: Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd, IEEE
  Transactions on Computers 57(4), 2008, [doi:10.1109/TC.2007.70819](https://doi.org/10.1109/TC.2007.70819).
- [LogSumExp](https://en.wikipedia.org/wiki/LogSumExp) and NumPy's
  [integer array indexing](https://numpy.org/doc/stable/user/basics.indexing.html#integer-array-indexing), both
  linked by the notebook.
- MNIST: LeCun, Cortes, Burges; CC BY-SA 3.0 (LeCun and Cortes).
"""
)

st.header("Versions", anchor=False)
st.html(
    tables.table(
        "What runs here",
        ("part", "version"),
        [
            ("Python", platform.python_version()),
            ("PyTorch", torch.__version__),
            ("its CPU code", torch.backends.cpu.get_cpu_capability()),
            ("its threads", torch.get_num_threads()),
            ("NumPy", np.__version__),
            ("Streamlit", st.__version__),
            ("Plotly", plotly.__version__),
        ],
    )
)
