"""The documents say what is so: links lead somewhere, commands exist, promises name tests that exist."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from vernix.gateway.cli import PROGRAM as GATEWAY
from vernix.partner.cli import PROGRAM as PARTNER
from vernix.registry.cli import PROGRAM as REGISTRY

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"^```[^\n]*\n.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
CALL = re.compile(r"(?:^|[\s$(])(vernix(?:-gateway|-registry)?) ([a-z]+)(?=\s|$)", re.MULTILINE)
# A command with its options, up to what the shell reads as its end; a line may go on after a backslash.
TOLD = re.compile(r"(vernix(?:-gateway|-registry)?(?: [a-z-]+){1,2})((?:[^\n`|;&>()]|\\\n)*)")
OPTION = re.compile(r"(?<=[\s`])(?:--[a-z][a-z-]*|-[a-zA-Z]\b)")
NAMED_TEST = re.compile(r"`(tests/[\w/.-]+?)(?:::(\w+))?`")
ROOT_PAGES = ("README.md", "GLOSSARY.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")

# DESIGN section 2: the words that code and documents share.
WORDS = [
    *("partner", "recipient", "identity", "seal", "open", "delivery", "part", "manifest", "receipt"),
    *(
        "directory",
        "ledger",
        "witnesses",
        "submission",
        "encounter",
        "data element",
        "finding",
        "vault",
        "book",
    ),
    *("person", "pregnancy", "birth", "indicator", "care gap", "release", "exposure", "incident", "notice"),
]


@pytest.fixture(scope="session")
def pages(repository: Path) -> list[Path]:
    """Every page: those beside the README and those of the site."""
    return [*(repository / name for name in ROOT_PAGES), *sorted((repository / "docs").rglob("*.md"))]


def test_every_link_leads_somewhere(pages: list[Path], repository: Path) -> None:
    broken = [
        f"{page.relative_to(repository)}: {target}"
        for page in pages
        for target in LINK.findall(_without_code(page.read_text(encoding="utf-8")))
        if not target.startswith(("http://", "https://", "#", "mailto:"))
        and not (page.parent / target.split("#")[0]).exists()
    ]
    assert broken == []


def test_the_site_shows_every_page(repository: Path) -> None:
    navigation = (repository / "mkdocs.yml").read_text(encoding="utf-8").split("\nnav:\n")[1]
    shown = set(re.findall(r": ([\w/.-]+\.md)$", navigation, re.MULTILINE))
    docs = repository / "docs"
    assert shown == {str(path.relative_to(docs)) for path in docs.rglob("*.md")}


def test_the_site_loads_nothing_from_elsewhere(pages: list[Path], repository: Path) -> None:
    assert "font: false" in (repository / "mkdocs.yml").read_text(encoding="utf-8")
    remote = re.compile(r"!\[[^\]]*\]\(https?:|<(?:img|script|link|iframe)\b[^>]*https?:|```mermaid")
    assert [page for page in pages if remote.search(page.read_text(encoding="utf-8"))] == []
    for picture in (repository / "docs" / "images").glob("*.svg"):
        text = picture.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http" not in text
        assert "<script" not in text


def test_every_command_that_a_page_names_exists(pages: list[Path], repository: Path) -> None:
    programs = (PARTNER, GATEWAY, REGISTRY)
    known = {
        # Of a command of two words a page may name the first alone.
        (program.name, command.name.split()[0])
        for program in programs
        for command in program.commands
    }
    unknown = [
        f"{page.relative_to(repository)}: {program} {command}"
        for page in pages
        for block in FENCE.findall(page.read_text(encoding="utf-8"))
        for program, command in CALL.findall(block)
        if (program, command) not in known
    ]
    assert unknown == []


def test_every_option_that_a_page_gives_a_command_exists(pages: list[Path], repository: Path) -> None:
    reference = (repository / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    known = {
        section.split("\n", 1)[0]: {"--help", *OPTION.findall(section)}
        for section in reference.split("\n### ")[1:]
    }
    unknown = [
        f"{page.relative_to(repository)}: {command} {option}"
        for page in pages
        for code in CODE.findall(page.read_text(encoding="utf-8"))
        for words, given in TOLD.findall(code)
        for command in _longest(words, known)
        for option in OPTION.findall(given)
        if option not in known[command]
    ]
    assert unknown == []


def test_the_reference_is_what_the_code_says(repository: Path) -> None:
    writer = repository / "tools" / "write_reference.py"
    run = subprocess.run([sys.executable, writer, "--check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ["SECURITY.md", "README.md", "docs/decisions", "docs/explanation"])
def test_every_test_that_a_page_names_exists(name: str, repository: Path) -> None:
    place = repository / name
    missing = [
        f"{page.relative_to(repository)}: {path}::{function}"
        for page in (sorted(place.rglob("*.md")) if place.is_dir() else [place])
        for path, function in NAMED_TEST.findall(page.read_text(encoding="utf-8"))
        if not _has_test(repository / path, function)
    ]
    assert missing == []


def test_each_promise_names_a_test(repository: Path) -> None:
    """Every row of the promise table names a test, or says plainly that it is not held yet."""
    text = (repository / "SECURITY.md").read_text(encoding="utf-8")
    table = text.split("## The promises\n")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| promise")]
    assert len(rows) >= 10
    unproven = [row for row in rows if not NAMED_TEST.search(row) and "not yet" not in row]
    assert unproven == []


def test_the_glossary_has_every_word(repository: Path) -> None:
    text = (repository / "GLOSSARY.md").read_text(encoding="utf-8").lower()
    bold = " ".join(re.findall(r"\*\*?([^*]+)\*\*?", text))
    assert [word for word in WORDS if word not in bold] == []


def test_decisions_are_numbered_and_name_their_costs(repository: Path) -> None:
    folder = repository / "docs" / "decisions"
    decisions = sorted(path for path in folder.glob("*.md") if path.name != "index.md")
    index = (folder / "index.md").read_text(encoding="utf-8")
    numbers = [path.name[:5] for path in decisions]
    assert len(set(numbers)) == len(numbers), "two decisions made at the same time took one number"
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"\d{4}-", path.name)
        assert text.startswith(f"# {path.name[:4]}: ")
        assert "\n## Costs" in text
        assert len(text.splitlines()) <= 80, "a decision is one page"
        assert path.name in index


def test_the_readme_is_one_screen_with_a_picture_and_two_commands(repository: Path) -> None:
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 50
    assert "](docs/images/zones.svg)" in text
    block = FENCE.findall(text)[0]
    assert re.findall(r"^make (\w+)", block, re.MULTILINE) == ["demo", "test"]


def _longest(words: str, known: Mapping[str, object]) -> list[str]:
    """The command that these words begin with; none where it is the program alone, or another test's."""
    names = [" ".join(words.split()[:count]) for count in (3, 2)]
    return [name for name in names if name in known][:1]


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def _has_test(path: Path, function: str) -> bool:
    if not path.exists():
        return False
    if not function:
        return True
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in ast.walk(tree))
