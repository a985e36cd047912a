"""What each program loads when it really runs: its own zone and nothing of another's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HALF_THAT_KNOWS_BIRTHS = {"births", "intake", "linkage", "insights", "release", "exposure"}
WHAT_OPENS = {
    f"vernix.sealing.{name}" for name in ("identities", "opening", "records", "rewrapping", "unwrapping")
}
ANALYTICS = {"altair", "deltalake", "django", "duckdb", "ibis", "numpy", "pandas", "pyarrow", "vl_convert"}
PROGRAMS = {"vernix": "partner", "vernix-gateway": "gateway", "vernix-registry": "registry"}
# Each costs more than a tenth of a second: `--help` must answer at once.
HEAVY = {
    *ANALYTICS,
    "cryptography",
    "cyclopts",
    "rich",
    "sqlalchemy",
    "starlette",
    "structlog",
    "tuf",
    "urllib3",
}

WALK = """
import importlib, json, os, pkgutil, sys
if "{zone}" == "registry":
    # Django's models need its settings first, as `open_workflow` gives them.
    os.environ["DJANGO_SETTINGS_MODULE"] = "vernix.registry.workflow.tool_settings"
    import django
    django.setup()
package = importlib.import_module("vernix.{zone}")
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""

# What the registry installs and a partner does not: as if it were not there.
CHECK_WITHOUT = """
import sys
for name in ("altair", "deltalake", "django", "granian", "ibis", "sqlalchemy", "starlette"):
    sys.modules[name] = None
from vernix.partner.cli import main
sys.argv = ["vernix", *{arguments!r}]
main()
"""

HELP = """
import contextlib, io, json, sys
from vernix.{zone}.cli import main
sys.argv = ["{program}", "--help"]
page = io.StringIO()
with contextlib.redirect_stdout(page), contextlib.suppress(SystemExit):
    main()
assert "{program} COMMAND --help" in page.getvalue()
print(json.dumps(sorted(sys.modules)))
"""


def test_the_gateways_app_loads_nothing_that_opens_or_knows_a_birth() -> None:
    loaded = _loaded_by("import json, sys, vernix.gateway.app; print(json.dumps(sorted(sys.modules)))")
    assert "vernix.gateway.app" in loaded
    _assert_carrier(loaded)


def test_no_module_of_the_gateway_loads_what_opens_or_knows_a_birth() -> None:
    _assert_carrier(_loaded_by(WALK.format(zone="gateway")))


def test_the_courier_and_custody_load_nothing_that_opens_or_knows_a_birth() -> None:
    for zone in ("courier", "custody"):
        loaded = _loaded_by(WALK.format(zone=zone))
        assert not loaded & WHAT_OPENS
        assert not _packages_of_vernix(loaded) & HALF_THAT_KNOWS_BIRTHS
        assert not loaded & ANALYTICS


@pytest.mark.parametrize("zone", PROGRAMS.values())
def test_no_program_loads_another(zone: str) -> None:
    loaded = _loaded_by(WALK.format(zone=zone))
    others = set(PROGRAMS.values()) - {zone}
    assert not _packages_of_vernix(loaded) & others


def test_a_partner_checks_a_file_without_what_only_the_registry_installs(tmp_path: Path) -> None:
    for arguments in (
        ["cohort", "--births", "20", "--seed", "3", "--out", str(tmp_path / "cohort")],
        ["check", "--as", "birth", "--data", str(tmp_path / "data"), str(tmp_path / "births.csv")],
    ):
        run = subprocess.run(
            [sys.executable, "-c", CHECK_WITHOUT.format(arguments=arguments)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode in (0, 1), run.stderr
        assert "Traceback" not in run.stderr
        files = [path for path in (tmp_path / "cohort").glob("*.csv") if path.stem != "truth"]
        (tmp_path / "births.csv").write_bytes(files[0].read_bytes())
    assert "accepted" in run.stdout


@pytest.mark.parametrize(("program", "zone"), PROGRAMS.items())
def test_help_loads_nothing_heavy(program: str, zone: str) -> None:
    loaded = _loaded_by(HELP.format(program=program, zone=zone))
    assert not loaded & HEAVY


@pytest.mark.parametrize(("program", "zone"), PROGRAMS.items())
def test_the_installed_program_answers_help(program: str, zone: str) -> None:
    script = Path(sys.executable).with_name(program)
    run = subprocess.run([script, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0
    assert run.stderr == ""
    assert run.stdout.startswith(f"{program}: ")


def _assert_carrier(loaded: set[str]) -> None:
    assert not loaded & WHAT_OPENS
    assert not loaded & ANALYTICS
    assert not _packages_of_vernix(loaded) & {*HALF_THAT_KNOWS_BIRTHS, "courier", "registry", "partner"}


def _packages_of_vernix(loaded: set[str]) -> set[str]:
    return {name.split(".")[1] for name in loaded if name.startswith("vernix.")}


def _loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running ``code``, which prints them last."""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))
