"""The pictures of the app as Vega-Lite 5 specifications: plain data, drawn in the browser by what Streamlit brings along.

Colours are of middle lightness, so that they stand out (3:1, WCAG 1.4.11) on the light and on the dark page.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rag.evaluation.published import CurvePoint
from rag.evaluation.scores import percentile
from rag.landscape.events import KINDS, Event
from rag.ui.dates import spell

Spec = dict[str, Any]
TEAL, AMBER = "#2b8a9e", "#b8741a"
HUES = ["#2b8a9e", "#b5524a", "#b8741a", "#8066b0", "#4f8a4c", "#7d868c"]  # in the order of KINDS
BARS = 24
LANE, GAP = 2.6, 1.2  # rows of dots: between two lanes, and from a lane's highest dot to its name


def timeline(events: Sequence[Event]) -> Spec:
    """A dot an event, a lane a kind; what happened in one month is stacked."""
    dots: list[Spec] = []
    names: list[Spec] = []
    base = 0.0
    for kind in reversed(KINDS):
        seen: Counter[str] = Counter()
        for event in (event for event in events if event.kind == kind):
            month = event.date[:7] if len(event.date) >= 7 else f"{event.date}-06"
            seen[month] += 1
            dot = {"month": f"{month}-15", "place": base + seen[month], "kind": KINDS[kind]}
            dots.append(dot | {"what": event.what, "date": spell(event.date)})
        if seen:
            names.append({"place": base + max(seen.values()) + GAP, "kind": KINDS[kind]})
            base += max(seen.values()) + LANE
    place: Spec = {
        "x": {"field": "month", "type": "temporal", "title": None, "axis": {"format": "%Y", "tickCount": "year"}}
    }
    place["y"] = {"field": "place", "type": "quantitative", "axis": None, "scale": {"domain": [0, base]}}
    hue = {"field": "kind", "type": "nominal", "legend": None, "scale": {"domain": [*KINDS.values()], "range": HUES}}
    tips = [{"field": "what", "title": "What"}, {"field": "date", "title": "When"}]
    return {
        "height": max(160, round(14 * base)),
        "layer": [
            {
                "data": {"values": dots},
                "mark": {"type": "circle", "size": 62, "opacity": 1},
                "encoding": place | {"color": hue, "tooltip": tips},
            },
            {
                "data": {"values": names},
                "mark": {"type": "text", "align": "left", "fontSize": 13, "fontWeight": 600},
                "encoding": {"x": {"value": 0}, "y": place["y"], "text": {"field": "kind"}},
            },
        ],
    }


def refusals(curve: Sequence[CurvePoint], wrong: float, right: float) -> Spec:
    """Right refusals over wrong ones, in percent, and a dot where it stands as it ships (shares in [0, 1])."""
    points = [{"wrong": 100 * p.wrong, "right": 100 * p.right, "order": p.threshold} for p in curve]
    here = [{"wrong": 100 * wrong, "right": 100 * right, "label": "as it ships"}]
    whole = {"domain": [0, 100]}
    place = {
        "x": {"field": "wrong", "type": "quantitative", "title": "Refused although answered, %", "scale": whole},
        "y": {"field": "right", "type": "quantitative", "title": "Rightly refused, %", "scale": whole},
    }
    word = {"type": "text", "color": AMBER, "align": "left", "dx": 12, "dy": 4, "fontSize": 14, "fontWeight": 600}
    return {
        "height": 300,
        "layer": [
            {
                "data": {"values": points},
                "mark": {"type": "line", "color": TEAL, "strokeWidth": 2.5},
                "encoding": place | {"order": {"field": "order", "type": "quantitative"}},
            },
            {
                "data": {"values": here},
                "mark": {"type": "point", "color": AMBER, "size": 130, "filled": True, "opacity": 1},
                "encoding": place,
            },
            {"data": {"values": here}, "mark": word, "encoding": place | {"text": {"field": "label"}}},
        ],
    }


def latency(seconds: Sequence[float]) -> Spec:
    """How many answers took how long: BARS bars up to the time of 97 in 100, and one of all that took longer."""
    most = percentile(seconds, 0.97)
    step = most / BARS
    counts = Counter(min(int(second / step), BARS) for second in seconds)
    bars = [
        {"from": at * step, "to": (at + 1) * step, "answers": count, "when": f"{at * step:.2f} s and more"}
        for at, count in sorted(counts.items())
    ]
    return {
        "height": 240,
        "data": {"values": bars},
        "mark": {"type": "bar", "color": TEAL, "binSpacing": 2},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "bin": "binned", "title": "Seconds (the last bar: longer)"},
            "x2": {"field": "to"},
            "y": {"field": "answers", "type": "quantitative", "title": "Answers"},
            "tooltip": [{"field": "when", "title": "From"}, {"field": "answers", "title": "Answers"}],
        },
    }
