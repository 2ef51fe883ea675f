"""Definitions of the core, cut from its source with all they need: what runs outside is the code that ran here."""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

from core import backward, data, dtypes, gradients, losses, model, outcomes, prediction, sweep, training, walk
from core.exports import outside

# Each after those it imports from: definitions are written in this order.
MODULES: tuple[ModuleType, ...] = (
    dtypes,
    losses,
    outcomes,
    sweep,
    data,
    model,
    prediction,
    walk,
    backward,
    gradients,
    training,
    outside,
)

# What pieces of code may read without importing it.
_PROVIDED = {name: (name, None) for name in ("math", "statistics", "sys", "torch")} | {
    "F": ("torch.nn.functional", None),
    "Path": ("pathlib", "Path"),
}

Import = tuple[str, str | None]  # a module, and a name in it; None for the module itself


Key = tuple[str, str]  # the name of a module of MODULES, and of one of its definitions


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, class or constant at the top level of a module.

    place:    of its module in MODULES, and its line there
    source:   its lines, with the comment above
    needs:    the definitions it reads, by the name it has for them
    imported: what it reads of other libraries, by the name it has for it
    """

    name: str
    place: tuple[int, int]
    source: str
    needs: dict[str, Key]
    imported: dict[str, Import]


@cache
def definitions() -> dict[Key, Definition]:
    """Every definition of MODULES."""
    return {
        (module.__name__, it.name): it for number, module in enumerate(MODULES) for it in _of_module(number, module)
    }


def needed(code: str) -> list[Definition]:
    """The definitions that a piece of code needs, and all that they need, in the order of MODULES.

    Where two have one name, the later one is written under another, and says so.
    """
    known = definitions()
    homes = {name: (module, name) for module, name in reversed(known)}  # of several with one name the first
    asked = {homes[name] for name in _read(ast.parse(code)) if name in homes}
    taken: set[Key] = set()
    while asked:
        key = asked.pop()
        taken.add(key)
        asked |= set(known[key].needs.values()) - taken
    written: dict[Key, str] = {}
    for key in sorted(taken, key=lambda it: known[it].place):
        module, name = key
        written[key] = f"{name}_of_{module.rpartition('.')[2]}" if name in written.values() else name
    return [_under(written, key) for key in written]


def _under(written: dict[Key, str], key: Key) -> Definition:
    """The definition, each name in it as it is written outside."""
    it = definitions()[key]
    new = {name: written[other] for name, other in (it.needs | {it.name: key}).items() if written[other] != name}
    if not new:
        return it
    lines = it.source.encode().split(b"\n")
    nodes = [node for node in ast.walk(ast.parse(it.source)) if isinstance(node, ast.Name) and node.id in new]
    for node in sorted(nodes, key=lambda node: -node.col_offset):
        line, start, end = lines[node.lineno - 1], node.col_offset, node.end_col_offset
        lines[node.lineno - 1] = line[:start] + new[node.id].encode() + line[end:]
    source = b"\n".join(lines).decode()
    if name := new.get(it.name):
        head = f"# In {key[0]} this is called {it.name}.\n"
        source = head + re.sub(rf"^(class|def) {it.name}\b", rf"\1 {name}", source, flags=re.MULTILINE)
    return replace(it, name=written[key], source=source)


def imports(of: Iterable[Definition], code: str) -> str:
    """The import statements that these definitions and a piece of code need, libraries that come with Python first."""
    wanted = {name: _PROVIDED[name] for name in _read(ast.parse(code)) if name in _PROVIDED}
    for it in of:
        wanted |= it.imported
    parts: dict[str, set[str]] = {}
    lines = []
    for name, (module, part) in wanted.items():
        if part is not None:
            parts.setdefault(module, set()).add(part)
        else:
            lines.append(f"import {module}" if name == module else f"import {module} as {name}")
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in parts.items()]
    return "\n".join(sorted(lines, key=lambda line: ("torch" in line, line.startswith("from"), line)))


def _of_module(number: int, module: ModuleType) -> Iterator[Definition]:
    source = inspect.getsource(module)
    tree, lines = ast.parse(source), source.splitlines()
    bound = dict(_imported(tree))
    own = {name for node in tree.body for name in _defined(node)}
    for node in tree.body:
        for name in _defined(node):
            reads = _read(node) - {name}
            outer = {it: bound[it] for it in reads & bound.keys() - own}
            yield Definition(
                name,
                (number, node.lineno),
                _source(node, lines),
                {it: (module.__name__, it) for it in reads & own}
                | {it: (home, part) for it, (home, part) in outer.items() if part and _is_core(home)},
                {it: place for it, place in outer.items() if not _is_core(place[0])},
            )


def _imported(tree: ast.Module) -> Iterator[tuple[str, Import]]:
    """What a module imports, by the name it has for it."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((it.asname or it.name, (it.name, None)) for it in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((it.asname or it.name, (node.module, it.name)) for it in node.names)


def _is_core(module: str) -> bool:
    return module.partition(".")[0] == "core"


def _defined(node: ast.stmt) -> list[str]:
    """The names that a statement at the top level defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [it.id for it in targets if isinstance(it, ast.Name)]


def _read(tree: ast.AST) -> Set[str]:
    """The names that are read here and not set here."""
    nodes = list(ast.walk(tree))
    found = [node for node in nodes if isinstance(node, ast.Name)]
    local = {it.id for it in found if not isinstance(it.ctx, ast.Load)} | {
        it.arg for it in nodes if isinstance(it, ast.arg)
    }
    return {it.id for it in found} - local


def _source(node: ast.stmt, lines: list[str]) -> str:
    """Its lines, with its decorators and the comment above."""
    first = min([node.lineno, *(it.lineno for it in getattr(node, "decorator_list", []))]) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    return "\n".join(lines[first : node.end_lineno])
