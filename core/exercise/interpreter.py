"""Runs a checked function on a tensor, node by node: no exec, no eval, and nothing that the tables do not name.

A value is a tensor, a number, a bool, None, a dtype, or a tuple of those. Every result is bounded in size.
"""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from core.exercise.allowed import (
    BUILTINS,
    CONSTANTS,
    FUNCTIONS,
    IN_PLACE,
    METHODS,
    OPERATORS,
    PAIR,
    PROPERTIES,
)
from core.exercise.bounds import LARGEST_EXPONENT, Bounds, Value
from core.exercise.errors import Refused, WentWrong
from core.exercise.instead import instead
from core.exercise.source import Function

_PAIR_AS_TENSOR = "max(-1), min(-1) and the like give a pair, values and indices: take the first with [0] or .values"


@dataclass(slots=True)
class _Run:
    """One call: the names so far, and the bounds."""

    names: dict[str, Value]
    bounds: Bounds
    returned: bool = False
    result: Value = None


def call(function: Function, logits: Tensor) -> Tensor:
    """What the function returns for these logits; autograd follows, and `x -= m` changes them, as in Python.

    logits: (..., classes); any number of them, since the bound on intermediate tensors grows with it
    Raises: Refused where a bound is reached, WentWrong where torch refuses or no tensor comes back
    """
    run = _Run({function.parameter: logits}, Bounds.of(logits))
    _execute(run, function.body)
    if not run.returned or run.result is None:
        raise WentWrong("the function returns nothing: end it with return")
    if not isinstance(run.result, Tensor):
        raise WentWrong(f"the function returns a {type(run.result).__name__}, not a tensor")
    return run.result


def _execute(run: _Run, statements: Sequence[ast.stmt]) -> None:
    for statement in statements:
        if run.returned:
            return
        match statement:
            case ast.Return(value=None):
                run.returned = True
            case ast.Return(value=ast.expr() as value):
                run.result, run.returned = _value(run, value), True
            case ast.Assign(targets=targets, value=value):
                result = _value(run, value)
                for target in targets:
                    _assign(run, target, result)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                operands = (_named(run, name, target.lineno), _value(run, value))
                run.names[name] = _operated(run, IN_PLACE.get(type(op)), operands, statement.lineno)
            case ast.If(test=test, body=body, orelse=orelse):
                _execute(run, body if _truth(run, test) else orelse)


def _assign(run: _Run, target: ast.expr, value: Value) -> None:
    if isinstance(target, ast.Name):
        run.names[target.id] = value
        return
    assert isinstance(target, ast.Tuple)  # noqa: S101 - nothing else passes the check of the source
    if not isinstance(value, tuple) or len(value) != len(target.elts):
        got = len(value) if isinstance(value, tuple) else 1
        raise WentWrong(f"{len(target.elts)} names are given {got} value{'s' * (got != 1)}", target.lineno)
    for part, each in zip(target.elts, value, strict=True):
        _assign(run, part, each)


def _value(run: _Run, node: ast.expr) -> Value:
    """What an expression gives."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            return _named(run, name, node.lineno)
        case ast.Tuple(elts=parts):
            return run.bounds.tuple_of([_value(run, part) for part in parts], node.lineno)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _truth(run, operand)
        case ast.UnaryOp(op=op, operand=operand):
            return _operated(run, OPERATORS.get(type(op)), (_value(run, operand),), node.lineno)
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
            operands = (_value(run, left), _value(run, right))
            return _operated(run, OPERATORS.get(type(op)), operands, node.lineno)
        case ast.BoolOp(op=op, values=parts):
            truths = (_truth(run, part) for part in parts)
            return all(truths) if isinstance(op, ast.And) else any(truths)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _value(run, body if _truth(run, test) else orelse)
        case ast.Subscript(value=value, slice=index):
            return _indexed(run, _value(run, value), _index(run, index), node.lineno)
        case ast.Attribute(value=value, attr=name):
            return _attribute(run, value, name)
        case ast.Call():
            return _called(run, node)
    raise Refused(f"{type(node).__name__} is not allowed here: use assignments and return", node.lineno)


def _named(run: _Run, name: str, line: int) -> Value:
    if name not in run.names:
        raise WentWrong(f"`{name}` has no value here: assign one first", line)
    return run.names[name]


def _truth(run: _Run, node: ast.expr) -> bool:
    value = _value(run, node)
    if isinstance(value, Tensor) and value.numel() != 1:
        raise WentWrong("a tensor of several numbers is neither true nor false: use torch.where", node.lineno)
    return bool(value)


def _operated(run: _Run, operate: Callable | None, operands: tuple[Value, ...], line: int) -> Value:
    if operate is None:
        raise Refused("this operator is not allowed here: use +, -, *, / or **", line)
    compares = operate in (OPERATORS[ast.Eq], OPERATORS[ast.NotEq])
    if not compares and any(isinstance(it, tuple) for it in operands):
        raise WentWrong(_PAIR_AS_TENSOR, line)
    if not compares and not all(isinstance(it, Tensor | int | float) for it in operands):
        raise WentWrong("only tensors and numbers can be calculated with", line)
    of_numbers = not any(isinstance(it, Tensor) for it in operands)
    if operate in (OPERATORS[ast.Pow], IN_PLACE[ast.Pow]) and of_numbers and abs(operands[1]) > LARGEST_EXPONENT:
        raise Refused(f"this power is too large: an exponent of at most {LARGEST_EXPONENT} is allowed", line)
    return run.bounds.run(operate, operands, line)


def _index(run: _Run, node: ast.expr) -> Value:
    """What stands in the brackets: whole numbers, slices, None, ... and tuples of them."""
    match node:
        case ast.Tuple(elts=parts):
            return tuple(_index(run, part) for part in parts)
        case ast.Slice():
            return slice(*(part and _index(run, part) for part in (node.lower, node.upper, node.step)))
    value = _value(run, node)
    if value is None or value is Ellipsis or type(value) is int:
        return value
    raise Refused("index with whole numbers, slices, None or ...; to choose by a mask use torch.where", node.lineno)


def _indexed(run: _Run, value: Value, index: Value, line: int) -> Value:
    """Part of a tensor, a shape or a pair."""
    if not isinstance(value, Tensor | tuple):
        raise WentWrong("only a tensor, a shape or a pair can be indexed", line)
    if isinstance(value, tuple) and not isinstance(index, int | slice):
        raise WentWrong(_PAIR_AS_TENSOR, line)
    return run.bounds.run(lambda it: it[index], (value,), line)


def _attribute(run: _Run, node: ast.expr, name: str) -> Value:
    """What is asked of a value with a dot, without a call."""
    if isinstance(node, ast.Name) and node.id in CONSTANTS:
        if name in CONSTANTS[node.id]:
            return CONSTANTS[node.id][name]
        raise Refused(f"`{node.id}.{name}` is a function: call it on a tensor, as in torch.exp(x)", node.lineno)
    value = _value(run, node)
    if isinstance(value, Tensor) and name in PROPERTIES:
        return PROPERTIES[name](value)
    if isinstance(value, tuple) and len(value) == len(PAIR) and name in PAIR:
        return value[PAIR[name]]
    if isinstance(value, tuple):
        raise WentWrong(_PAIR_AS_TENSOR, node.lineno)
    if name in METHODS:
        raise WentWrong(f"`{name}` needs its parentheses: write .{name}()", node.lineno)
    raise Refused(instead(name), node.lineno)


def _called(run: _Run, node: ast.Call) -> Value:
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(infinity))]):
            return float(infinity)
    given = [_value(run, it) for it in node.args]
    named = {str(it.arg): _value(run, it.value) for it in node.keywords}
    match node.func:
        case ast.Name(id=name):
            return _built_in(run, name, node, given)
        case ast.Attribute(value=ast.Name(id="torch"), attr=name):
            operations = FUNCTIONS
        case ast.Attribute(value=owner, attr=name):
            given.insert(0, _value(run, owner) if not _is_module(owner) else None)
            operations = METHODS
        case _:
            raise Refused("only torch's functions and a tensor's methods can be called here", node.lineno)
    if name not in operations:
        raise Refused(instead(name), node.lineno)
    if operations is METHODS and not isinstance(given[0], Tensor):
        raise WentWrong(_PAIR_AS_TENSOR if isinstance(given[0], tuple) else f"only a tensor has .{name}()", node.lineno)
    for keyword in named.keys() - operations[name].keywords:
        raise Refused(f"`{name}` takes no `{keyword}` here: leave it out", node.lineno)
    return run.bounds.run(operations[name].call, given, node.lineno, **named)


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in CONSTANTS


def _built_in(run: _Run, name: str, node: ast.Call, given: list[Value]) -> Value:
    if (
        name not in BUILTINS
        or len(given) != 1
        or node.keywords
        or not isinstance(given[0], Tensor | int | float | tuple)
    ):
        raise Refused(f"`{name}` takes one number or one tensor here", node.lineno)
    return run.bounds.run(BUILTINS[name], given, node.lineno)
