"""What to write instead of what is not allowed: by node of the syntax tree, and by name."""

import ast

from core.exercise.allowed import BUILTINS, METHODS

_LOOP = "no loop is needed here: sum(-1) and max(-1) go over all classes by themselves"
_ONE = "only the one function stands here: compute everything inside logsumexp"
_FORMATTED = "text is not needed here: return the tensor, the page shows its numbers"
_ASIDE = "this statement is not allowed here: assign, if and return are enough"
NODE_INSTEAD: dict[type, str] = {
    **dict.fromkeys((ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp), _LOOP),
    **dict.fromkeys((ast.GeneratorExp, ast.comprehension, ast.Break, ast.Continue), _LOOP),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda), _ONE),
    **dict.fromkeys((ast.JoinedStr, ast.FormattedValue), _FORMATTED),
    **dict.fromkeys((ast.Import, ast.ImportFrom), "torch is already here: leave the import out"),
    **dict.fromkeys((ast.Try, ast.TryStar, ast.Raise, ast.Assert, ast.With, ast.AsyncWith, ast.Match), _ASIDE),
    **dict.fromkeys((ast.Global, ast.Nonlocal, ast.Delete), _ASIDE),
    **dict.fromkeys((ast.Yield, ast.YieldFrom, ast.Await), "give the result back with return"),
    **dict.fromkeys((ast.Is, ast.IsNot, ast.In, ast.NotIn), "compare with ==, !=, <, <=, > or >="),
    **dict.fromkeys(
        (ast.List, ast.Set, ast.Dict), "lists and dicts are not needed here: write (0, 1) for several axes"
    ),
    **dict.fromkeys(
        (ast.FloorDiv, ast.Mod, ast.BitXor, ast.LShift, ast.RShift),
        "this operator is not allowed here: use +, -, *, / or **",
    ),
    ast.MatMult: "no matrix product is needed here: use * and sum(-1)",
    ast.Starred: "write each argument by itself, without *",
    ast.NamedExpr: "assign on a line of its own, with =",
    ast.AnnAssign: "assign without a type: m = ...",
    ast.Pass: "the function is still empty: write what it returns",
}

_BY_SENTENCE = {
    "is the answer itself: write it with max, exp, sum and log": "logsumexp softmax log_softmax softmin logaddexp "
    "logaddexp2 logcumsumexp cross_entropy nll_loss softplus logsigmoid special functional nn F",
    "copies numbers that broadcasting shares by itself: use [..., None]": "expand repeat repeat_interleave tile "
    "broadcast_to",
    "could make a tensor of any size: use zeros_like, ones_like or full_like": "zeros ones full empty rand randn "
    "arange linspace eye empty_like new_zeros new_ones new_full new_empty new_tensor",
    "is not needed here: the page takes the gradient of what you return": "backward grad grad_fn register_hook "
    "requires_grad requires_grad_ retain_grad no_grad enable_grad autograd",
    "leaves the tensors: they and their operations are enough here": "numpy tolist data cpu cuda storage "
    "untyped_storage data_ptr ops load save",
    "of Python goes over rows, not classes: use the tensor's own, as in x.max(-1)": "max min sum pow round",
    "belongs to a tensor or to torch: write x.exp() or torch.inf": "exp log isinf isnan where inf",
    "has nowhere to print to: return the tensor, the page shows it": "print",
    "is for loops: sum(-1) and max(-1) go over all classes by themselves": "range",
}
NAME_INSTEAD = {name: sentence for sentence, names in _BY_SENTENCE.items() for name in names.split()}
_DEFAULT = "is not among the operations here: use exp, log, sum, max, where and their kin"


def instead(name: str) -> str:
    """The sentence about a name that is in none of the tables of `allowed`."""
    if name.startswith("__"):
        return f"`{name}` is not allowed here: a name with double underscores is not needed"
    if name.endswith("_") and name.rstrip("_") in METHODS:
        return f"`{name}` changes its tensor in place: use `{name.rstrip('_')}`"
    return f"`{name}` {NAME_INSTEAD.get(name, _DEFAULT)}"


def unknown(name: str) -> str:
    """The sentence about a name that has no value."""
    if name in NAME_INSTEAD or name.startswith("__"):
        return instead(name)
    return (
        f"`{name}` is not known here: give it a value first; there are torch, {', '.join(BUILTINS)} and your argument"
    )
