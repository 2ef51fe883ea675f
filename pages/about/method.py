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
- **Formulas** run in that dtype on every digit. Nothing is upcast, clamped or replaced.
- **The loss** is the mean of the per-sample losses, accumulated in float64.
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
- **cross-entropy**: the mean of those losses.
- **log-sum-exp**: the log of the sum of e to each logit.
- **dtype**: the format numbers are stored in.
- **overflow**: a result beyond the largest number of the dtype becomes inf. Largest: {largest}.
- **underflow**: a result nearer to 0 than to the smallest number becomes 0. Smallest: {smallest}.
- **subnormal**: a number close to 0 that is stored with fewer bits than usual.
- **inf, nan**: what overflow leaves; what inf / inf, 0 / 0 or inf - inf leave ("not a number", not even equal to
  itself).
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
