"""A report as a picture: small multiples of bars, one panel a measure, one bar a group. SVG, no script.

One Vega-Lite grammar (Altair), turned into SVG by vl-convert in this process: no browser, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vernix.insights.measures import Measure
    from vernix.registry.reporting import Made

# Calm colours that stay apart for colour-blind readers and in grey print; withheld is no colour at all.
PALETTE = ["#2a6f77", "#8fb8a8", "#35507a", "#a9b9d6", "#7a6a4f", "#c9b98f"]
INK = "#1d2b2f"
FAINT = "#5b6b6e"
MOST_GROUPS = 24
"""More bars than this cannot be read: the groups with the most births are drawn, and the picture says so."""

COLUMNS = 3  # panels side by side: as wide as a page can show without making the words small
_PANEL = 170
_STEP = 17
# On the left more: labels are measured in a narrower type than some readers have.
_AROUND = {"left": 32, "top": 16, "right": 16, "bottom": 16}


def svg(made: Made) -> str:
    """The report as an SVG document."""
    return drawn_as_svg(chart(made))


def drawn_as_svg(picture: Any) -> str:
    """An Altair chart as an SVG document."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(picture.to_dict(), vl_version="6.1"))


def chart(made: Made) -> Any:
    """The report as an Altair chart."""
    drawn = _drawn(made)
    measures = made.report.measures
    panels = [_panel(made, measure, drawn, first=at % COLUMNS == 0) for at, measure in enumerate(measures)]
    left_out = len(made.rows) - len(drawn)
    notes = [
        f"{made.extraction['table']} version {made.extraction['version']}, {made.extraction['written_at']}"
    ]
    if left_out:
        notes.append(f"The {len(drawn)} groups with the most births; {left_out} more are in the table.")
    return together(panels, made.title, notes)


def together(panels: Sequence[Any], heading: str, notes: Sequence[str], columns: int = COLUMNS) -> Any:
    """Panels as one picture, under a heading and its notes."""
    import altair as alt

    title = alt.TitleParams(
        heading,
        subtitle=list(notes),
        anchor="start",
        color=INK,
        subtitleColor=FAINT,
        fontSize=17,
        offset=14,
    )
    return (
        alt.concat(*panels, columns=columns, spacing=18, title=title)
        .configure(font="Helvetica, Arial, sans-serif", background="white", padding=_AROUND)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK, titleColor=FAINT, gridColor="#e4eaea", domain=False, ticks=False, labelLimit=200
        )
    )


def _panel(made: Made, measure: Measure, drawn: list[dict[str, Any]], *, first: bool) -> Any:
    """One measure: its rate (or count) for each group."""
    import altair as alt

    years = sorted({str(row["year"]) for row in drawn}) if "year" in made.by else []
    values = [
        {
            "group": _name(made, row),
            "year": str(row.get("year", "")),
            "value": row[f"{measure.name}_rate"] if measure.share else row[measure.name],
            "label": _label(row, measure),
        }
        for row in drawn
    ]
    colour: Any = alt.value(PALETTE[0])
    if 1 < len(years) <= len(PALETTE):
        scale = alt.Scale(domain=years, range=PALETTE[: len(years)])
        colour = alt.Color("year:N", scale=scale, legend=None)
    return bars(values, measure.label.en, "%" if measure.share else "births", first=first, colour=colour)


def bars(values: Sequence[Any], heading: str, unit: str, *, first: bool, colour: Any = None) -> Any:
    """One panel: a bar for each of ``values`` (``group``, ``value``, ``label``), in their order.

    A value that is null is its label, not a bar. Only the ``first`` panel of a line names its groups.
    """
    import altair as alt

    axis = alt.Axis(title=None, labels=first, labelPadding=8)
    groups = [value["group"] for value in values]
    base = alt.Chart({"values": list(values)}).encode(y=alt.Y("group:N", sort=groups, axis=axis))
    # A panel in which every bar is zero still begins at its left edge.
    longest = max((value["value"] or 0 for value in values), default=0) or 1
    x = alt.X(
        "value:Q",
        title=unit,
        axis=alt.Axis(tickCount=3),
        scale=alt.Scale(domain=[0, longest]),
    )
    bars = base.mark_bar(height={"band": 0.72}).encode(x=x, color=colour or alt.value(PALETTE[0]))
    words = base.mark_text(align="left", dx=4, color=FAINT, fontSize=10).encode(
        x=alt.X("value:Q"), text="label:N"
    )
    withheld = (
        base.transform_filter("datum.value === null")
        .mark_text(align="left", dx=4, color=FAINT, fontSize=10, fontStyle="italic")
        .encode(x=alt.value(0), text="label:N")
    )
    title = alt.TitleParams(heading, anchor="start", color=INK, fontSize=12, fontWeight=600)
    known = words.transform_filter("datum.value !== null")
    return (bars + known + withheld).properties(width=_PANEL, height={"step": _STEP}, title=title)


def _drawn(made: Made) -> list[dict[str, Any]]:
    if len(made.rows) <= MOST_GROUPS:
        return made.rows
    most = sorted(made.rows, key=lambda row: -(row[made.report.measures[0].name] or 0))[:MOST_GROUPS]
    return [row for row in made.rows if row in most]


def _name(made: Made, row: dict[str, Any]) -> str:
    return ", ".join(made.group(row, name) for name in made.by) or "all"


def _label(row: dict[str, Any], measure: Measure) -> str:
    reason = row[f"{measure.name}_reason"]
    if reason:
        return {"small": "fewer than 6", "difference": "withheld", "not_sent": "not sent"}[reason]
    if measure.share:
        rate = row[f"{measure.name}_rate"]
        return "" if rate is None else f"{rate:.1f}"
    return f"{row[measure.name]:,}"
