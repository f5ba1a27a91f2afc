"""End devices of one's own whose frames become points."""

from __future__ import annotations

from ..identifiers import digits
from ..lists import texts_by_name
from ..readers import boolean, choice, duration, factor, unit
from ..tables import Option, Section, Shape
from ..wording import FILE, any_text, name_part

RADIO_FIELDS = ("radio.rssi", "radio.snr", "radio.counter")
"""What every frame has, whatever its codec says."""

FIELD_NAME = Option(
    "name",
    name_part("temperature"),
    "Name of the value; the point is called end device, `_`, value.",
    '"temperature"',
    "",
    required=True,
)
FIELD_FIELD = Option(
    "field",
    any_text("a field of what the codec returns", "temperature_1"),
    "The field of what the codec returns, nested ones joined by dots (`gps.latitude`, `counts.0`). "
    "Every frame has " + ", ".join(f"`{name}`" for name in RADIO_FIELDS) + ".",
    '"temperature_1"',
    "",
    otherwise="the same as `name`",
)
FIELD_TYPE = Option(
    "type",
    choice("float", "int", "bool", "text"),
    "What the field is; 0 and 1 may be a bool.",
    '"int"',
    "float",
    otherwise='"float"',
)
FIELD_SCALE = Option(
    "scale",
    factor(),
    "The field times this is the value; for floats only.",
    "0.1",
    1.0,
    otherwise="1",
)
FIELD_UNIT = Option("unit", unit(), "Unit of the scaled value.", '"°C"', "", otherwise="none")
FIELD = Section(
    "points",
    Shape.INLINE,
    "The fields that become points, each in braces on a line of its own.",
    (FIELD_NAME, FIELD_FIELD, FIELD_TYPE, FIELD_SCALE, FIELD_UNIT),
    identity="name",
    of="end device",
)
MOTE_NAME = Option(
    "name",
    name_part("greenhouse"),
    "Name of the end device; its points begin with it.",
    '"greenhouse"',
    "",
    required=True,
)
MOTE_ADDRESS = Option(
    "dev_addr",
    digits(8, "DevAddr", '"26011BDA"'),
    "Its address in the session: ABP, or copied from the server that it has joined.",
    '"26011BDA"',
    0,
    required=True,
)
MOTE_KEYS = Option[str | None](
    "keys_file",
    FILE,
    "File with the keys of the session, in two lines: `nwk_skey = …` and `app_skey = …`, 32 "
    "hexadecimal digits each; only its owner may read it (mode 0600).",
    '"greenhouse.keys"',
    None,
    required=True,
)
MOTE_CODEC = Option(
    "codec",
    any_text('"cayenne", "none" or the path of a file that ends in .js', "cayenne"),
    'What its payload is: `"cayenne"` for Cayenne LPP, `"none"` for the bare bytes (`hex`, `port`, '
    "`size`), or a file in JavaScript with a function `decodeUplink`, `Decode` or `Decoder`, as "
    "The Things Stack and ChirpStack take them.",
    '"cayenne"',
    "cayenne",
    required=True,
)
MOTE_VARIABLES = Option[tuple[tuple[str, str], ...]](
    "variables",
    texts_by_name('{ calibration = "3.5" }'),
    "What a codec for ChirpStack finds in `variables`.",
    '{ calibration = "3.5" }',
    (),
    otherwise="none",
)
MOTE_INTERVAL = Option(
    "interval",
    duration("1s", "7d"),
    "How often it reports; after three times as long without a frame its points are stale.",
    '"15min"',
    3600.0,
    otherwise='"1h"',
)
MOTE_RESETS = Option(
    "counter_resets",
    boolean(),
    "Whether it may begin to count its frames anew, as old ABP devices do when they are switched "
    "on. Somebody who has recorded the first frames can then send them again.",
    "true",
    False,
    otherwise="false",
)
MOTE = Section(
    "lorawan.device",
    Shape.LIST,
    "An end device of one's own. What it reports becomes points like any other, beside what the "
    "upstreams get.",
    (
        MOTE_NAME,
        MOTE_ADDRESS,
        MOTE_KEYS,
        MOTE_CODEC,
        MOTE_VARIABLES,
        MOTE_INTERVAL,
        MOTE_RESETS,
    ),
    (FIELD,),
    identity="name",
)
