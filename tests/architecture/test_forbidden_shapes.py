"""Shapes that opened other exchanges: data that becomes code, SQL built from strings, a shell."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Parse = Callable[[Path], ast.Module]

FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "telnetlib"}
# Parsers that expand entities or fetch what a document names.
UNSAFE_XML = {"xml.etree", "xml.sax", "xml.dom", "xml.parsers"}
FORBIDDEN_CALLS = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "os.execv",
    "yaml.load",
    "mark_safe",
    "django.utils.safestring.mark_safe",
    "tempfile.mktemp",
    "hashlib.md5",
    "hashlib.sha1",
    "random.random",
    "random.randbytes",
}
SQL = re.compile(
    r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+(TABLE|VIEW|INDEX)|DROP|ALTER|COPY|ATTACH|PRAGMA|WITH)\s"
)


def test_the_source_has_no_forbidden_shape(source_files: list[Path], parsed: Parse, repository: Path) -> None:
    found = [
        f"{path.relative_to(repository)}:{line} {shape}"
        for path in source_files
        for line, shape in forbidden_shapes(parsed(path))
        if not _is_argued_for(path, line, shape)
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from marshal import loads",
        "import xml.etree.ElementTree",
        "eval(text)",
        "exec(text)",
        "import os; os.system(command)",
        "subprocess.run(command, shell=True)",
        "mark_safe(text)",
        "yaml.load(text)",
        "connection.execute(f'SELECT * FROM {table}')",
        "sql = 'SELECT * FROM ' + table",
        "sql = 'DELETE FROM %s' % table",
        "sql = 'UPDATE {} SET a = 1'.format(table)",
    ],
)
def test_each_forbidden_shape_is_seen(code: str) -> None:
    assert list(forbidden_shapes(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "connection.execute('SELECT * FROM upload WHERE id = ?', (id,))",
        "re.compile('a')",
        "subprocess.run([program, argument])",
        "sentence = f'Select a file named {name}'",
    ],
)
def test_an_innocent_shape_is_left_alone(code: str) -> None:
    assert not list(forbidden_shapes(ast.parse(code)))


def _is_argued_for(path: Path, line: int, shape: str) -> bool:
    """Only `intake`, whose engine is in memory and its own, may build SQL, and says at the line why; and only
    the guarded parser may be made of expat, whose doors it shuts."""
    text = path.read_text(encoding="utf-8").splitlines()[line - 1]
    if path.parts[-3:] == ("intake", "xml", "guarded.py"):
        return shape == "import xml.parsers" and "every door shut" in text
    return path.parent.name == "intake" and "SQL" in shape and bool(re.search(r"# noqa: S608 - \w+", text))


def forbidden_shapes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every forbidden shape in a syntax tree: its line and what it is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _forbidden_imports(node)
        elif isinstance(node, ast.Call):
            yield from _forbidden_calls(node)
        if _is_built_sql(node):
            yield node.lineno, "SQL built from strings"  # type: ignore[attr-defined]


def _forbidden_imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    for name in names:
        if name.split(".")[0] in FORBIDDEN_MODULES or any(name.startswith(unsafe) for unsafe in UNSAFE_XML):
            yield node.lineno, f"import {name}"


def _forbidden_calls(node: ast.Call) -> Iterator[tuple[int, str]]:
    name = ast.unparse(node.func)
    if name in FORBIDDEN_CALLS:
        yield node.lineno, f"{name}()"
    for keyword in node.keywords:
        if keyword.arg == "shell" and not (
            isinstance(keyword.value, ast.Constant) and keyword.value.value is False
        ):
            yield node.lineno, "shell=True"


def _is_built_sql(node: ast.AST) -> bool:
    """Whether a string that begins like SQL is put together from parts that are not all literal."""
    if isinstance(node, ast.JoinedStr):
        first = node.values[0] if node.values else None
        return len(node.values) > 1 and _begins_like_sql(first)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _begins_like_sql(node.left) and not isinstance(node.right, ast.Constant)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        return _begins_like_sql(node.func.value)
    return False


def _begins_like_sql(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(SQL.match(node.value))
