"""From the visitor's text to a checked function: what is not allowed is refused before anything runs."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from core.exercise.allowed import ATTRIBUTES, CONSTANTS, INFINITIES, NODES, RESERVED
from core.exercise.errors import Refused
from core.exercise.instead import NODE_INSTEAD, instead, unknown

MOST_CHARACTERS, MOST_IN_A_LINE = 2000, 200
MOST_NODES, MOST_DEPTH = 400, 24
MOST_DIGITS_OF_AN_INT = 9
_HEAD = "start with def logsumexp(x):, the notebook's function"
_PLAIN = "give logsumexp one plain argument, as in def logsumexp(x):"


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """The visitor's function, checked: every node, name and attribute in it is an allowed one.

    parameter: what it calls the logits
    body:      its statements
    constants: the numbers written in it, in order
    """

    parameter: str
    body: tuple[ast.stmt, ...]
    constants: tuple[float, ...]


def parse(source: str) -> Function:
    """The one function in the text. Nothing of it runs.

    Raises: Refused, saying in one sentence what is not allowed, in which line, and what to use instead
    """
    _check_text(source)
    definition = _only_function(_tree(source))
    _check_size(definition)
    parameter = _parameter(definition)
    body = definition.body[ast.get_docstring(definition, clean=False) is not None :]
    if not body:
        raise Refused("the function is still empty: write what it returns", definition.lineno)
    lines = [found for statement in body for found in _with_lines(statement, statement.lineno)]
    _check_nodes(lines, parameter)
    numbers = (node.value for node, _ in lines if isinstance(node, ast.Constant))
    return Function(parameter, tuple(body), tuple(float(it) for it in numbers if isinstance(it, int | float)))


def _check_text(source: str) -> None:
    if len(source) > MOST_CHARACTERS:
        raise Refused(f"these are {len(source):,} characters: a short function is enough, at most {MOST_CHARACTERS:,}")
    for number, line in enumerate(source.replace("\r\n", "\n").split("\n"), 1):
        if len(line) > MOST_IN_A_LINE:
            raise Refused(f"the line is {len(line):,} characters long: break it up, at most {MOST_IN_A_LINE}", number)
        code, _, _ = line.partition("#")
        for character in code:
            if character not in "\t" and not " " <= character <= "~":
                raise Refused(f"the character {character!a} is not allowed here: write code in plain ASCII", number)
        if any(character < " " and character != "\t" for character in line):
            raise Refused("there is a control character in the comment: remove it", number)


def _tree(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():  # of the parser, about text that is refused anyway
            warnings.simplefilter("ignore")
            return ast.parse(source.replace("\r\n", "\n"))
    except SyntaxError as error:
        if "after function definition" in error.msg:
            raise Refused("the function is still empty: write what it returns, indented below def", 1) from None
        raise Refused(f"this is not Python: {error.msg[:100]}", error.lineno) from None
    except (ValueError, RecursionError, MemoryError):  # text that is no UTF-8; nested too deeply for the parser
        raise Refused("Python cannot read this: write shorter expressions in plain text") from None


def _only_function(tree: ast.Module) -> ast.FunctionDef:
    for number, statement in enumerate(tree.body):
        if number or not isinstance(statement, ast.FunctionDef):
            otherwise = NODE_INSTEAD[ast.FunctionDef] if number else _HEAD
            raise Refused(NODE_INSTEAD.get(type(statement), otherwise), statement.lineno)
    if not tree.body:
        raise Refused(f"there is no function yet: {_HEAD}")
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)  # noqa: S101 - for mypy
    if definition.name != "logsumexp":
        raise Refused(f"the function is called `{definition.name}`: call it logsumexp", definition.lineno)
    return definition


def _check_size(definition: ast.FunctionDef) -> None:
    waiting: list[tuple[ast.AST, int]] = [(definition, 0)]
    for count in range(MOST_NODES + 1):
        if not waiting:
            return
        node, depth = waiting.pop()
        if depth > MOST_DEPTH or count == MOST_NODES:
            what = "nested too deeply" if depth > MOST_DEPTH else "too long"
            raise Refused(f"the code is {what}: give intermediate results names, and use few of them")
        waiting.extend((child, depth + 1) for child in ast.iter_child_nodes(node))


def _parameter(definition: ast.FunctionDef) -> str:
    line, given = definition.lineno, definition.args
    if definition.decorator_list:
        raise Refused("no decorator is needed here: leave the line with @ out", definition.decorator_list[0].lineno)
    if len(given.args) != 1 or given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults:
        raise Refused(_PLAIN, line)
    for hint in (given.args[0].annotation, definition.returns):
        if hint is not None and ast.unparse(hint) not in ("Tensor", "torch.Tensor"):
            raise Refused("the only type here is torch.Tensor: leave the type out", line)
    _check_free(given.args[0].arg, line)
    return given.args[0].arg


def _with_lines(node: ast.AST, line: int) -> Iterator[tuple[ast.AST, int]]:
    """The node and all below it, each with its line: an operator has none of its own."""
    line = getattr(node, "lineno", line)
    yield node, line
    for child in ast.iter_child_nodes(node):
        yield from _with_lines(child, line)


@dataclass(frozen=True, slots=True)
class _Known:
    """Names with a value, and which nodes (by id) are texts of infinities, and names that a call or a dot follows."""

    names: set[str]
    texts: set[int]
    used: set[int]


def _check_nodes(lines: list[tuple[ast.AST, int]], parameter: str) -> None:
    nodes = [node for node, _ in lines]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    known = _Known(
        {parameter} | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)},
        {id(node.args[0]) for node in calls if _is_float_of_text(node)},
        {id(node.func) for node in calls} | {id(node.value) for node in nodes if isinstance(node, ast.Attribute)},
    )
    # What a line computes is looked at before that it is dropped.
    for node, line in sorted(lines, key=lambda it: (it[1], isinstance(it[0], ast.Expr))):
        for sentence in _faults(node, known):
            raise Refused(sentence, line)


def _faults(node: ast.AST, known: _Known) -> Iterator[str]:
    """What is not allowed about one node, its children aside."""
    match node:
        case ast.Name(id="logsumexp"):
            yield "the function neither calls itself nor is it assigned: write its formula"
        case ast.Name(id=name, ctx=ast.Load()) if name in RESERVED:
            if id(node) not in known.used:
                yield f"`{name}` is no value: write {RESERVED[name]}"
        case ast.Name(id=name, ctx=ast.Load()):
            if name not in known.names:
                yield unknown(name)
        case ast.Name(id=name):
            if name in RESERVED or name.startswith("__"):
                yield f"`{name}` is needed as it is: choose another name to assign to"
        case ast.Attribute(attr=name, ctx=ast.Load()):
            if name not in ATTRIBUTES:
                yield instead(name)
        case ast.Attribute() | ast.Subscript(ctx=ast.Store()):
            yield "nothing is assigned into a tensor here: use torch.where or masked_fill"
        case ast.Constant():
            yield from _constant_faults(node, known.texts)
        case ast.Expr():
            yield "this line computes something and drops it: assign it or return it"
        case ast.Compare(ops=[_, _, *_]):
            yield "compare two things at a time, and combine masks with & or |"
        case ast.keyword(arg=None):
            yield "write each argument by itself, without **"
        case ast.Call(func=ast.Name(id=name)) if name in {*known.names, *CONSTANTS}:
            yield f"`{name}` is no function: write * to multiply"
        case ast.Call(func=func) if not isinstance(func, ast.Attribute | ast.Name):
            yield "only torch's functions and a tensor's methods can be called here: write x.exp() or torch.exp(x)"
        case _ if not isinstance(node, NODES):
            yield NODE_INSTEAD.get(type(node), f"{type(node).__name__} is not allowed here: use assignments and return")


def _constant_faults(node: ast.Constant, texts: set[int]) -> Iterator[str]:
    value = node.value
    if isinstance(value, str):
        if id(node) not in texts:
            yield "text is not needed here, but for float('inf')"
    elif isinstance(value, bytes | complex):
        yield "only real numbers are allowed here"
    elif isinstance(value, int) and len(f"{value:x}") > MOST_DIGITS_OF_AN_INT:
        yield "this whole number is too large: write it as a float, such as 1e10"


def _is_float_of_text(node: ast.Call) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))], keywords=[]):
            return text.strip().lower() in INFINITIES
    return False


def _check_free(name: str, line: int) -> None:
    if name in RESERVED or name == "logsumexp" or name.startswith("__"):
        raise Refused(f"`{name}` is needed as it is: choose another name for the argument", line)
