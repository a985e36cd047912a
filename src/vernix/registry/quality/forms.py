"""A data-quality report in the forms that it can be had in."""

from __future__ import annotations

from typing import Literal

from vernix.registry.quality import rendering
from vernix.registry.quality.making import Quality

Format = Literal["table", "csv", "json", "svg", "html"]


def rendered(quality: Quality, format: Format, language: str) -> bytes:
    """A report in one of its forms, in ``en`` or ``fr``; a page has both, and shows that one first."""
    if format == "table":
        return rendering.as_table(quality, language).encode()
    if format == "json":
        return rendering.as_json(quality).encode()
    if format == "csv":
        return rendering.as_csv(quality).encode()
    from vernix.registry.quality.pictures import svg

    if format == "html":
        from vernix.registry.quality.page import as_html

        return as_html(quality, language, svg).encode()
    return svg(quality, language).encode()
