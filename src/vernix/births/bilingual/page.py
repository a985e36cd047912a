"""What all such pages have: the frame, the policy, the choice of language, and texts made inert.

A page allows itself its own styles and its own script, by their digests, and nothing else (Content Security
Policy, level 3): it is in no need of a network, and what somebody smuggles into it is not run. Both languages
stand in it; the choice between them is the style's and needs no script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

from vernix.births.codes import Words


def page(
    title: Words, body: Sequence[str], *, styles: Sequence[str], script: str = "", language: str = "en"
) -> str:
    """A whole document. ``body`` is HTML; ``styles`` come after the one that all pages share."""
    styles = (asset(__package__, "page.css"), *styles)
    # Told not to, Safari makes no link of a row's number that looks like a telephone's.
    return "\n".join(
        [
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(styles, script)}">',
            '<meta name="viewport" content="width=device-width">',
            '<meta name="format-detection" content="telephone=no">',
            f"<title>{_title(title, language)}</title>",
            *(f"<style>{style}</style>" for style in styles),
            "</head>\n<body>",
            *body,
            *([f"<script>{script}</script>"] if script else []),
            "</body>\n</html>\n",
        ]
    )


def asset(package: str, name: str) -> str:
    """A text that lies beside the code."""
    return (files(package) / name).read_text(encoding="utf-8")


def switch(language: str = "en") -> str:
    """The choice of language; ``language`` is chosen at first."""
    choices = (("en", "in-english", "English"), ("fr", "in-french", "Français"))
    labels = " ".join(
        f'<label lang="{code}"><input type="radio" name="language" id="{name}" value="{code}"'
        f"{' checked' if code == language else ''}>{label}</label>"
        for code, name, label in choices
    )
    return f"<fieldset><legend>Language / Langue</legend>{labels}</fieldset>"


def both(words: Words) -> str:
    """A text in both languages."""
    return said(words.en, words.fr)


def said(english: str, french: str) -> str:
    """A text in both languages; one that is the same in both stands once."""
    if english == french:
        return escape(english)
    return f'<span lang="en">{escape(english)}</span><span lang="fr">{escape(_spaced(french))}</span>'


def code(text: str) -> str:
    """What is written exactly so."""
    return f"<code>{escape(text)}</code>"


def _spaced(french: str) -> str:
    """A French text whose high punctuation stays on the line of its word."""
    return _BEFORE.sub("\u00a0", _AFTER.sub("«\u00a0", french))


_BEFORE, _AFTER = re.compile(r" (?=[;:?!»])"), re.compile(r"« ")


def _title(title: Words, language: str) -> str:
    first, second = (title.fr, title.en) if language == "fr" else (title.en, title.fr)
    return escape(first if first == second else f"{first} / {second}")


def _policy(styles: Sequence[str], script: str) -> str:
    allowed = [f"style-src {' '.join(map(_source, styles))}"]
    allowed += [f"script-src {_source(script)}"] if script else []
    return "; ".join(["default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"])


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
