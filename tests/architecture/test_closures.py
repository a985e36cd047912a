"""What a zone's code imports is what its extra installs: no less, and nothing is carried for nothing."""

from __future__ import annotations

import re
import sys
from importlib.metadata import packages_distributions
from typing import Any

import grimp
import pytest

ZONES = ("gateway", "registry", "partner")

# Packages that no `import` of ours names, and why they are needed all the same.
LOADED_BY_OTHERS = {
    "vl-convert-python": "altair loads it to draw an SVG",
    "rich": "cyclopts draws its help and errors with it",
}

# Imported only where a setting names what it is for, from an extra of its own beside the zone's
# (test_programs.py: what a gateway without that setting loads).
BY_SETTING = {"gateway": {"s3"}}

# Imported by a zone's code in a place that it never reaches, with the test that shows it.
NEVER_REACHED = {
    # Checks are declared as Ibis expressions; a partner runs the SQL that was made from them
    # (test_programs.py: a partner checks a file where Ibis is not installed).
    "partner": {"ibis-framework"},
    "gateway": set[str](),
    "registry": set[str](),
}


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_imports_only_what_its_extra_installs(
    zone: str, import_graph: grimp.ImportGraph, project: dict[str, Any]
) -> None:
    declared = _declared(project, zone, *BY_SETTING.get(zone, ()))
    undeclared = _distributions_used(zone, import_graph) - declared
    assert undeclared - NEVER_REACHED[zone] == set(), (
        f"add them to the extra {zone!r} of pyproject.toml, each with its reason"
    )


@pytest.mark.parametrize("zone", ZONES)
def test_an_extra_installs_only_what_its_zone_imports(
    zone: str, import_graph: grimp.ImportGraph, project: dict[str, Any]
) -> None:
    only_here = _declared(project, zone) - _declared(project)
    unused = only_here - _distributions_used(zone, import_graph) - set(LOADED_BY_OTHERS)
    assert unused == set()


def test_the_gateway_does_not_install_what_reads_data(project: dict[str, Any]) -> None:
    analytics = {"duckdb", "pyarrow", "ibis-framework", "deltalake", "altair", "pandas", "django", "splink"}
    assert not _declared(project, "gateway") & analytics


def _distributions_used(zone: str, graph: grimp.ImportGraph) -> set[str]:
    """The distributions whose modules the zone's code imports, itself or by way of the layers below it."""
    reached = graph.find_upstream_modules(f"vernix.{zone}", as_package=True)
    roots = {name.split(".")[0] for name in reached} - {"vernix"} - sys.stdlib_module_names
    providers = packages_distributions()
    return {_normal(name) for root in roots for name in providers.get(root, [root])}


def _declared(project: dict[str, Any], *extras: str) -> set[str]:
    """The distributions that a plain install with these extras asks for by name."""
    lines = list(project["project"]["dependencies"])
    waiting = list(extras)
    while waiting:
        for line in project["project"]["optional-dependencies"][waiting.pop()]:
            nested = re.fullmatch(r"vernix\[([\w,]+)\]", line)
            if nested:
                waiting.extend(nested.group(1).split(","))
            else:
                lines.append(line)
    return {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
