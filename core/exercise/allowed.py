"""All that a visitor's code may name.

Whatever is not in one of these tables does not exist for the interpreter.
"""

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of torch, and the keywords that may be given to it."""

    call: Callable
    keywords: frozenset[str]


_KEYWORDS = {
    "exp exp2 expm1 log log2 log10 log1p abs neg sqrt square reciprocal sign isinf isfinite isnan isposinf isneginf "
    "logical_not clone detach item numel dim float double half bfloat16 zeros_like ones_like expand_as": "input other",
    "add sub mul div pow maximum minimum eq ne gt ge lt le logical_and logical_or": "input other exponent",
    "sum mean prod max min amax amin any all argmax argmin": "input dim axis keepdim keepdims dtype other",
    "where": "condition input other self",
    "masked_fill full_like": "input mask value fill_value",
    "clamp clip nan_to_num": "input min max nan posinf neginf",
    "unsqueeze squeeze size reshape view transpose": "input dim dim0 dim1 shape",
    "gather scatter sort topk to": "input dim index value descending k dtype",
}
_GIVEN = {name: frozenset(words.split()) for names, words in _KEYWORDS.items() for name in names.split()}


def _one_number(value: float, dtype: torch.dtype | None = None) -> Tensor:
    if not isinstance(value, int | float):
        raise TypeError("torch.tensor takes one number here")
    return torch.tensor(value, dtype=dtype)


METHODS = {name: Operation(getattr(Tensor, name), given) for name, given in _GIVEN.items() if hasattr(Tensor, name)}
FUNCTIONS = {name: Operation(getattr(torch, name), given) for name, given in _GIVEN.items() if hasattr(torch, name)}
for _name in ("add", "sub"):  # torch's own take a factor, in an old signature of which it warns
    METHODS[_name] = FUNCTIONS[_name] = Operation(getattr(operator, _name), frozenset())
FUNCTIONS["tensor"] = Operation(_one_number, frozenset({"dtype"}))

CONSTANTS = {
    "torch": {"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e}
    | {name: getattr(torch, name) for name in ("float16", "bfloat16", "float32", "float64", "half", "float", "double")},
    "math": {"inf": math.inf, "nan": math.nan, "pi": math.pi, "e": math.e},
}
PROPERTIES: dict[str, Callable[[Tensor], object]] = {
    "shape": lambda x: tuple(x.shape),
    "dtype": operator.attrgetter("dtype"),
    "ndim": operator.attrgetter("ndim"),
}
PAIR = {"values": 0, "indices": 1}  # of what max(-1), min(-1), sort and topk give
BUILTINS: dict[str, Callable] = {
    "float": lambda it: float(it.detach() if isinstance(it, Tensor) else it),  # torch warns of a gradient that is lost
    "abs": abs,
    "len": len,
}
ATTRIBUTES = {*METHODS, *FUNCTIONS, *CONSTANTS["torch"], *PROPERTIES, *PAIR}
RESERVED = {  # and how each is used
    "torch": "torch.exp(x) or torch.inf",
    "math": "math.inf",
    "float": "float('inf')",
    "abs": "abs(x)",
    "len": "len(x)",
}
INFINITIES = ("inf", "+inf", "-inf", "nan")

OPERATORS: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# As Python does it: `x -= m` changes the tensor itself.
IN_PLACE: dict[type, Callable] = {
    ast.Add: operator.iadd,
    ast.Sub: operator.isub,
    ast.Mult: operator.imul,
    ast.Div: operator.itruediv,
    ast.Pow: operator.ipow,
    ast.BitAnd: operator.iand,
    ast.BitOr: operator.ior,
}

NODES = (
    *(ast.arguments, ast.arg, ast.Assign, ast.AugAssign, ast.Return, ast.If, ast.Expr),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.keyword, ast.Constant),
    *(ast.Attribute, ast.Subscript, ast.Slice, ast.Name, ast.Tuple, ast.Load, ast.Store),
    *(ast.And, ast.Or, ast.Not, *OPERATORS),
)
