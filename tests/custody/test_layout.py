"""A sender's folders and names become harmless, different places, whatever the sender wrote."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.layout import layout_of, same_name
from vernix.custody.manifest import MAX_DEPTH, File, Manifest

HOSTILE = (
    "..",
    ".",
    "/",
    "/etc/passwd",
    "..\\..\\x",
    "C:\\Windows\\system32",
    "C:",
    "a\0b",
    "con",
    "CON.txt",
    "LPT¹",
    "nul .csv",
    "-rf",
    ".bashrc",
    "~",
    "x" * 255,
    "é" * 200,
    "e\u0301",
    "É",
    "straße",
    "STRASSE",
    "\u202egnp.exe",
    "תיקיה",
    "a.",
    "a ",
    "A",
    "a",
    "a (2)",
    "",
)
NAMES = st.sampled_from(HOSTILE) | st.text(max_size=300)
FOLDERS = st.lists(NAMES, max_size=MAX_DEPTH).map(tuple)
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?")


def package(files: list[tuple[tuple[str, ...], str]], folders: list[tuple[str, ...]]) -> Manifest:
    described = tuple(
        File(1, name, "text/plain", 1, "11" * 32, "file", None, number, folder)
        for number, (folder, name) in enumerate(files)
    )
    now = utc_now()
    return Manifest(new_id(), "a", ("b",), "message", described, "", now, tuple(folders))


@given(st.lists(st.tuples(FOLDERS, NAMES), max_size=12), st.lists(FOLDERS.filter(bool), max_size=6))
def test_every_place_is_harmless_and_its_own(
    files: list[tuple[tuple[str, ...], str]], folders: list[tuple[str, ...]]
) -> None:
    manifest = package(files, folders)
    layout = layout_of(manifest)
    assert layout == layout_of(manifest)
    for (folder, _), place in zip(files, layout.files, strict=True):
        assert len(place.parts) == len(folder) + 1
    for place in (*layout.files, *layout.folders):
        for component in place.parts:
            assert_harmless(component)
    assert_apart(layout.files, layout.folders)


def assert_harmless(component: str) -> None:
    assert 0 < len(component.encode()) <= 200
    assert not set(component) & set('/\\:*?"<>|\0~')
    assert component.isprintable()
    assert component[0] not in ".- "
    assert component[-1] not in ". "
    assert not RESERVED.fullmatch(component)
    assert not any(unicodedata.category(letter) in ("Cf", "Cc") for letter in component)


def assert_apart(files: tuple[PurePosixPath, ...], folders: tuple[PurePosixPath, ...]) -> None:
    """On a disk without case no file lies where another file or a folder does."""
    plain = [tuple(map(same_name, place.parts)) for place in files]
    assert len(set(plain)) == len(plain)
    inner = {place[:depth] for place in plain for depth in range(1, len(place))}
    inner |= {
        tuple(map(same_name, place.parts[:depth]))
        for place in folders
        for depth in range(1, 1 + len(place.parts))
    }
    assert not inner & set(plain)


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["a.csv", "A.csv"], ["a.csv", "A (2).csv"]),
        (["x", "x", "x (2)"], ["x", "x (2)", "x (2) (2)"]),
        (["../up", "up"], ["up", "up (2)"]),
    ],
)
def test_names_that_clash_are_numbered(names: list[str], places: list[str]) -> None:
    assert [str(place) for place in layout_of(package([((), name) for name in names], [])).files] == places


def test_a_file_gives_way_to_a_folder() -> None:
    layout = layout_of(package([((), "scans"), (("Scans",), "a.png")], []))
    assert [str(place) for place in layout.files] == ["scans (2)", "Scans/a.png"]


def test_many_files_of_one_name_cost_no_time() -> None:
    layout = layout_of(package([((), "a.csv")] * 20_000, []))
    assert str(layout.files[-1]) == "a (20000).csv"
