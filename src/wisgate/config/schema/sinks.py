"""Destinations of readings: what all of them have. What each type has besides stands in
`config/sinks/<type>.py`."""

from __future__ import annotations

import re

from ..lists import texts
from ..readers import choice, integer
from ..tables import Option, Section, Shape
from ..variants import variants
from ..wording import any_text

VARIANTS = variants("sinks")
"""By type."""
SINK_NAME = re.compile(r"[a-z][a-z0-9_-]*")
SINK_TYPE = Option(
    "type", choice(*VARIANTS), "What the sink speaks.", '"mqtt"', "mqtt", required=True
)
SINK_POINTS = Option(
    "points",
    texts(any_text("the name of a point", "tank_level"), "a list of names of points"),
    "The points that it gets.",
    '["tank_level", "pump"]',
    (),
    otherwise="all",
)
SINK_RATE = Option[int | None](
    "rate",
    integer(1, 100_000),
    "Readings a second at most, for a quota of the other side or a thin line: what waits after an "
    "outage leaves at this rate, new readings behind it in their order. It must be above what the "
    "points bring, or the sink never catches up.",
    "200",
    None,
    otherwise="as fast as the other side takes them",
)
SINK = Section(
    "sink",
    Shape.NAMED,
    "A destination of readings, under a name of your own. Besides these keys it takes those of its "
    "type.",
    (SINK_TYPE, SINK_POINTS, SINK_RATE),
    open_keys=True,
    variants=tuple(v.SECTION for v in VARIANTS.values()),
)
