"""Modules as one classic script. Modules load over http alone; a classic script also from a folder on a USB stick.

It reads the forms of import and export that our modules use, each on a line of its own, and refuses any other.
"""

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import (?:\* as (\w+)|(\w+)|(\{[^}]*\})) from "\./([\w.]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_EXPORT_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundled(sources: Mapping[str, str], entry: str) -> str:
    """The entry module and all it imports, each in a function of its own.

    sources: file name -> the module's text
    Raises: KeyError naming a module that is missing, ValueError for a circle or a line it does not understand.
    """
    modules = "".join(
        f"const {_variable(name)} = {_wrapped(name, sources[name])};\n" for name in _order(sources, entry)
    )
    return f'(() => {{\n"use strict";\n{modules}}})();\n'


def _order(sources: Mapping[str, str], entry: str) -> list[str]:
    """What the entry needs, each after what it needs itself; the entry comes last."""
    found: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' -> '.join([*above, name])}")
        for *_, needed in _IMPORT.findall(sources[name]):
            visit(needed, (*above, name))
        if name not in found:
            found.append(name)

    visit(entry, ())
    return found


def _wrapped(name: str, source: str) -> str:
    exported = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub(_constant, source))
    if _EXPORT_DEFAULT.search(body):
        body = _EXPORT_DEFAULT.sub("const $default = ", body)
        exported.append("default: $default")
    if not_understood := _LEFT.search(body):
        raise ValueError(f"{name} has a line that cannot be bundled: {not_understood[0]}")
    return f"(() => {{\n{body}return {{ {', '.join(exported)} }};\n}})()"


def _constant(line: re.Match[str]) -> str:
    """An import as the constant it stands for."""
    everything, default, names, module = line.groups()
    if default:
        return f"const {default} = {_variable(module)}.default;"
    return f"const {everything or names.replace(' as ', ': ')} = {_variable(module)};"


def _variable(name: str) -> str:
    return f"${name.partition('.')[0]}"
