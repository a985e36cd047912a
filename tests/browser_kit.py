"""Chromium, as the pages that are written for people meet it: shown, judged by axe, printed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from tests.node_programs import installed

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: run tools/system-packages"
)
_POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
_JUDGE = """
axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]}).then(({violations}) => {
  const found = violations.map(({id, nodes}) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  document.body.innerHTML = `<output>${JSON.stringify(found).replaceAll("<", "&lt;")}</output>`;
});
"""
_MEASURE = """
document.body.dataset.wide = String(document.documentElement.scrollWidth - innerWidth);
"""


def seen(page: Path, address: str = "") -> str:
    """The page when it has been loaded; fails on an error of a script, and on what the policy refuses."""
    done = _run("--enable-logging=stderr", "--dump-dom", f"{page.as_uri()}#{address}", profile=page.parent)
    assert "CONSOLE" not in done.stderr, "an error of the script, or something that the policy refused"
    return done.stdout


def complaints(page: Path, *, dark: bool = False) -> list[str]:
    """What axe, the accessibility checker, has to say of a page."""
    axe = (installed("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    copy = _with_script(page, f"{axe};{_JUDGE}", "judged")
    options = ["--virtual-time-budget=20000", "--window-size=1200,900"]
    options += ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    dom = _run(*options, "--dump-dom", copy.as_uri(), profile=page.parent).stdout
    output = re.search(r"<output>(.*?)</output>", dom, re.DOTALL)
    assert output is not None, "axe did not end"
    found: list[str] = json.loads(unescape(output[1]))
    return found


def too_wide(page: Path, width: int) -> int:
    """By how many pixels a page is wider than a window of ``width``."""
    copy = _with_script(page, _MEASURE, "measured")
    frame = page.with_name(f"frame-{width}.html")
    # A window has a smallest width; a frame has none.
    frame.write_text(
        f"<iframe src={copy.name} width={width} height=900></iframe><script>onload = () => "
        "document.body.dataset.wide = frames[0].document.body.dataset.wide</script>"
    )
    dom = _run("--allow-file-access-from-files", "--dump-dom", frame.as_uri(), profile=page.parent).stdout
    found = re.search(r'<body data-wide="(-?\d+)"', dom)
    assert found is not None, dom[-300:]
    return int(found[1])


def printed(page: Path) -> list[str]:
    """The text of each page of paper."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed: run tools/system-packages")
    target = page.with_suffix(".pdf")
    _run("--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri(), profile=page.parent)
    done = subprocess.run(
        ["pdftotext", "-layout", str(target), "-"], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.rstrip("\f").split("\f")


def _with_script(page: Path, script: str, name: str) -> Path:
    """The page with a script of ours, which its policy would refuse."""
    copy = page.with_name(f"{page.stem}-{name}.html")
    text = _POLICY.sub("", page.read_text(encoding="utf-8"))
    copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
    return copy


def _run(*words: str, profile: Path) -> subprocess.CompletedProcess[str]:
    """A sandbox needs what containers lack, and the pages are ours."""
    assert CHROMIUM is not None
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile / 'profile'}"]
    done = subprocess.run(
        [CHROMIUM, *options, *words], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done
