"""Answers: right ones in every way we could think of, guarded ones, and the wrong ones that people give."""

HEAD = "def logsumexp(x):\n"


def _function(*lines: str) -> str:
    return HEAD + "".join(f"    {line}\n" for line in lines)


NOTEBOOK = _function("m = x.max(-1)[0]", "return m + (x-m[:,None]).exp().sum(-1).log()")  # right for two axes alone

RIGHT = {
    "the notebook's, for any axes": _function("m = x.max(-1)[0]", "return m + (x - m[..., None]).exp().sum(-1).log()"),
    "amax": _function("m = x.amax(-1)", "return m + (x - m[..., None]).exp().sum(-1).log()"),
    "amax, keepdim, squeeze": _function(
        "m = x.amax(-1, keepdim=True)", "return m.squeeze(-1) + (x - m).exp().sum(-1).log()"
    ),
    "keepdim everywhere, squeezed at the end": _function(
        "m = x.max(-1, keepdim=True)[0]", "return (m + (x - m).exp().sum(-1, keepdim=True).log()).squeeze(-1)"
    ),
    "the last axis taken by its index": _function(
        "m = x.amax(-1, True)", "return (m + (x - m).exp().sum(-1, True).log())[..., 0]"
    ),
    "unpacked": _function("m, i = x.max(-1)", "return m + (x - m[..., None]).exp().sum(-1).log()"),
    "unpacked in brackets": _function("(m, _) = x.max(dim=-1)", "return m + torch.exp(x - m[..., None]).sum(-1).log()"),
    "values": _function("m = x.max(-1).values", "return m + (x - m.unsqueeze(-1)).exp().sum(-1).log()"),
    "functions of torch": _function(
        "m = torch.max(x, dim=-1, keepdim=True).values",
        "s = torch.sum(torch.exp(torch.sub(x, m)), dim=-1)",
        "return torch.add(torch.log(s), torch.squeeze(m, -1))",
    ),
    "axis as NumPy calls it": _function(
        "m = torch.amax(x, axis=-1)", "return m + (x - m[..., None]).exp().sum(axis=-1).log()"
    ),
    "one step a line": _function(
        '"""Log of the summed exponentials."""',
        "m = x.max(-1, keepdim=True)[0]",
        "z = x - m  # at most 0",
        "e = z.exp()",
        "",
        "total = e.sum(-1)",
        "result = total.log()",
        "result = result + m.squeeze(-1)",
        "return result",
    ),
    "one line": "def logsumexp(x): return x.amax(-1) + (x - x.amax(-1, keepdim=True)).exp().sum(-1).log()\n",
    "typed": "def logsumexp(x: torch.Tensor) -> torch.Tensor:\n"
    "    m = x.amax(-1)\n    return m + (x - m[..., None]).exp().sum(-1).log()\n",
    "another name for the argument": "def logsumexp(logits):\n"
    "    top = logits.amax(-1)\n    return top + (logits - top[..., None]).exp().sum(-1).log()\n",
    "tabs": "def logsumexp(x):\n\tm = x.amax(-1)\n\treturn m + (x - m[..., None]).exp().sum(-1).log()\n",
    "Windows line ends": HEAD.strip()
    + "\r\n    m = x.amax(-1)\r\n    return m + (x - m[..., None]).exp().sum(-1).log()\r\n",
    "the positive axis": _function(
        "last = x.ndim - 1", "m = x.amax(last)", "return m + (x - m.unsqueeze(last)).exp().sum(last).log()"
    ),
    "the axis by dim()": _function(
        "d = x.dim() - 1", "m = x.amax(d, keepdim=True)", "return m.squeeze(d) + (x - m).exp().sum(d).log()"
    ),
    "detached": _function(
        "m = x.detach().amax(-1, keepdim=True)", "return m.squeeze(-1) + (x - m).exp().sum(-1).log()"
    ),
    "a copy changed in place": _function(
        "m = x.amax(-1, keepdim=True)", "z = x.clone()", "z -= m", "return m.squeeze(-1) + z.exp().sum(-1).log()"
    ),
    "the result changed in place": _function(
        "m = x.amax(-1)", "r = (x - m[..., None]).exp().sum(-1).log()", "r += m", "return r"
    ),
    "sorted": _function("m = x.sort(-1)[0][..., -1:]", "return m[..., 0] + (x - m).exp().sum(-1).log()"),
    "topk": _function("m = x.topk(1, -1).values", "return m[..., 0] + (x - m).exp().sum(-1).log()"),
    "gathered": _function(
        "m = x.gather(-1, x.argmax(-1, keepdim=True))", "return m.squeeze(-1) + (x - m).exp().sum(-1).log()"
    ),
    "minus the minimum of minus x": _function(
        "m = -(-x).amin(-1)", "return m + (x - m[..., None]).exp().sum(-1).log()"
    ),
    "minus log of the share of the largest": _function(
        "m = x.amax(-1, keepdim=True)", "return m[..., 0] - (1 / (x - m).exp().sum(-1)).log()"
    ),
    "log1p of the others": _function(
        "m, i = x.max(-1, keepdim=True)",
        "others = (x - m).exp().scatter(-1, i, 0.0).sum(-1)",
        "return m.squeeze(-1) + others.log1p()",
    ),
    "e to the power": _function("m = x.amax(-1)", "return m + (torch.e ** (x - m[..., None])).sum(-1).log()"),
    "the new axis by its number": _function(
        "m = x.amax(-1)", "return m + (x - m.unsqueeze(m.ndim)).exp().sum(-1).log()"
    ),
    "the mean times the number of classes": _function(
        "m = x.amax(-1)", "n = x.shape[-1]", "return m + ((x - m[..., None]).exp().mean(-1) * n).log()"
    ),
    "in float64 and back": _function(
        "y = x.double()", "m = y.amax(-1)", "return (m + (y - m[..., None]).exp().sum(-1).log()).to(x.dtype)"
    ),
    "a sum with a dtype": _function(
        "m = x.amax(-1)", "return m + (x - m[..., None]).exp().sum(-1, dtype=x.dtype).log()"
    ),
    "with an if that holds": _function(
        "if x.ndim == 0 or not x.shape[-1] > 0:",
        "    return x",
        "else:",
        "    m = x.amax(-1)",
        "return m + (x - m[..., None]).exp().sum(-1).log()",
    ),
    "expanded": _function(
        "m = x.amax(-1, keepdim=True).expand_as(x)", "return m[..., 0] + (x - m).exp().sum(-1).log()"
    ),
}

_GUARD = ("m = x.amax(-1, keepdim=True)", "return m.squeeze(-1) + (x - m).exp().sum(-1).log()")
GUARDED = {
    f"guarded by {guard}": _function(_GUARD[0], f"m = {guard}", _GUARD[1])
    for guard in (
        "torch.where(m.isinf(), torch.zeros_like(m), m)",
        "torch.where(m.isfinite(), m, 0.0)",
        "torch.where(m.abs() == float('inf'), 0.0, m)",
        "torch.where((m == torch.inf) | (m == -math.inf), torch.tensor(0.0, dtype=m.dtype), m)",
        "m.masked_fill(m.isinf(), 0)",
        "m.masked_fill(~torch.isfinite(m), 0.0)",
        "m.where(m.isfinite(), torch.full_like(m, 0))",
        "m.nan_to_num(0.0, 0.0, 0.0)",
        "m.where(~m.isinf(), 0)",
    )
}

_M = "m = x.max(-1)[0]"
WRONG = {  # and the words that say why, in the reasons of its failed cases
    "no shift": (_function("return x.exp().sum(-1).log()"), "Nothing is taken out"),
    "global maximum": (_function("m = x.max()", "return m + (x - m).exp().sum(-1).log()"), "the whole batch"),
    "minimum": (_function("m = x.min(-1)[0]", "return m + (x - m[..., None]).exp().sum(-1).log()"), "minimum"),
    "mean": (_function("m = x.mean(-1)", "return m + (x - m[..., None]).exp().sum(-1).log()"), "mean taken out"),
    "never added back": (_function(_M, "return (x - m[..., None]).exp().sum(-1).log()"), "never added back"),
    "subtracted at the end": (_function(_M, "return (x - m[..., None]).exp().sum(-1).log() - m"), "add it back"),
    "no log": (_function(_M, "return m + (x - m[..., None]).exp().sum(-1)"), "log of the sum is missing"),
    "maximum alone": (_function("return x.max(-1)[0]"), "maximum alone"),
    "wrong sign": (_function(_M, "return m + (m[..., None] - x).exp().sum(-1).log()"), "x - m, not m - x"),
    "log1p": (_function(_M, "return m + (x - m[..., None]).exp().sum(-1).log1p()"), "log1p adds 1"),
    "mean for sum": (_function(_M, "return m + (x - m[..., None]).exp().mean(-1).log()"), "use sum"),
    "keepdim forgotten": (_function(_M, "return m + (x - m).exp().sum(-1).log()"), "lost its last axis"),
    "keepdim not undone": (
        _function("m = x.amax(-1, keepdim=True)", "return m + (x - m).exp().sum(-1).log()"),
        "squeeze(-1) the maximum",
    ),
    "keepdim at the end": (
        _function("m = x.amax(-1, True)", "return m + (x - m).exp().sum(-1, True).log()"),
        "one axis too many",
    ),
    "the notebook's own": (NOTEBOOK, "[..., None] is always the last"),
    "index for value": (_function("m = x.max(-1)[1]", "return m + (x - m[..., None]).exp().sum(-1).log()"), "take [0]"),
    "axis 0": (_function("m = x.amax(0)", "return m + (x - m).exp().sum(0).log()"), "Axis 0 goes over the rows"),
    "axis 1": (_function("m = x.amax(1)", "return m + (x - m[:, None]).exp().sum(1).log()"), "axis"),
    "the whole sum": (_function("m = x.max()", "return m + (x - m).exp().sum().log()"), "sum() adds up the whole"),
    "in place": (
        _function("m = x.amax(-1, keepdim=True)", "x -= m", "return m[..., 0] + x.exp().sum(-1).log()"),
        "change the logits of whoever calls",
    ),
    "float32": (
        _function("x = x.float()", _M, "return m + (x - m[..., None]).exp().sum(-1).log()"),
        "conversion to float32 is not undone",
    ),
    "float32 and back": (
        _function(
            "y = x.float()", "m = y.amax(-1)", "r = m + (y - m[..., None]).exp().sum(-1).log()", "return r.to(x.dtype)"
        ),
        "half the digits of float64",
    ),
    "epsilon": (_function("return (x.exp().sum(-1) + 1e-8).log()"), "An epsilon inside the log"),
    "another epsilon": (_function("return torch.log(x.exp().sum(-1) + 3e-12)"), "An epsilon inside the log"),
    "epsilon with the maximum": (
        _function(_M, "return m + ((x - m[..., None]).exp().sum(-1) + 1e-8).log()"),
        "An epsilon inside the log",
    ),
    "floor": (_function("return x.exp().sum(-1).clamp(min=1e-10).log()"), "An epsilon inside the log"),
    "clamp": (_function("return x.clamp(max=87.5).exp().sum(-1).log()"), "Clamped logits"),
    "clamp both ways": (_function("return x.clamp(-80, 80).exp().sum(-1).log()"), "Clamped logits"),
    "one shift for all": (_function("return (x - 500).exp().sum(-1).log() + 500"), "One shift for all rows"),
}
