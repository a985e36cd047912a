"""The shape of the code: short modules and functions, the field's words, docstrings on public things."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

MODULE_LINES = 500
FUNCTION_LINES = 60
DRAWERS = {"util", "utils", "misc", "common", "helper", "helpers", "manager", "service", "services", "stuff"}

Parse = Callable[[Path], ast.Module]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_module_is_too_long(all_python_files: list[Path], repository: Path) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in all_python_files}
    too_long = {str(path.relative_to(repository)): n for path, n in lengths.items() if n > MODULE_LINES}
    assert too_long == {}


def test_no_function_is_too_long(all_python_files: list[Path], parsed: Parse, repository: Path) -> None:
    too_long = [
        f"{path.relative_to(repository)}:{node.lineno} {node.name}"
        for path in all_python_files
        for node in ast.walk(parsed(path))
        if isinstance(node, Function) and _length(node) > FUNCTION_LINES
    ]
    assert too_long == []


def test_nothing_is_named_like_a_drawer(
    all_python_files: list[Path], parsed: Parse, repository: Path
) -> None:
    drawers = []
    for path in all_python_files:
        names = [*path.relative_to(repository).with_suffix("").parts]
        names += [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef | Function)]
        drawers += [f"{path.relative_to(repository)}: {name}" for name in names if _words(name) & DRAWERS]
    assert drawers == []


def test_every_public_thing_says_what_it_is(
    source_files: list[Path], parsed: Parse, repository: Path
) -> None:
    silent = [
        f"{path.relative_to(repository)}: {name}"
        for path in source_files
        if "migrations" not in path.parts  # written by a generator, in its own form
        for name, node in _public(parsed(path))
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_left_for_later(tracked_files: list[Path], repository: Path) -> None:
    """A note to self is a promise that nobody keeps; open work stands in the issues."""
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    noted = [
        f"{path.relative_to(repository)}:{number}"
        for path in tracked_files
        if path.suffix in {".py", ".md", ".toml", ".yml", ".sh"} or path.parent.name == "tools"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if marks.search(line)
    ]
    assert noted == []


def _public(tree: ast.Module) -> Iterator[tuple[str, ast.Module | ast.ClassDef | Function]]:
    if tree.body:
        yield "the module", tree
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | Function) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, Function) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


def _length(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstring, which is a command's help and may be long.

    Classes made inside a function do not count to it: their own functions are measured.
    """
    inside: list[ast.stmt] = [node for node in function.body if isinstance(node, ast.ClassDef)]
    if ast.get_docstring(function) is not None:
        inside.append(function.body[0])
    return _lines(function) - sum(_lines(node) for node in inside)


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}
