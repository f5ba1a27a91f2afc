"""Programs of others that drive concentrator cards of this box, started and watched by us."""

from __future__ import annotations

from ..readers import choice, integer
from ..tables import Option, Section, Shape
from ..wording import any_text

LORAWAN_CHANNELS = Option[int | None](
    "channels",
    integer(1, 64),
    "How many channels below 1 GHz its own cards listen to, eight each.",
    "16",
    None,
    otherwise="as many as there are cards for, and every country of the region allows",
)
FORWARDER_SLOT = Option(
    "slot",
    any_text("a slot with a concentrator card", "mpcie-1"),
    "Where its card sits; a `[[slot]]` says which it is.",
    '"mpcie-1"',
    "",
    required=True,
)
FORWARDER_SPEAKS = Option(
    "speaks",
    choice("udp", "station"),
    "What kind it is: a packet forwarder of Semtech, or Basics Station.",
    '"udp"',
    "udp",
    otherwise='"udp"',
)
FORWARDER_PROGRAM = Option(
    "program",
    any_text("the path of a program", "/opt/sx1302_hal/lora_pkt_fwd"),
    "The program. It is never part of wisgate.",
    '"/opt/sx1302_hal/lora_pkt_fwd"',
    "",
    otherwise="`lora_pkt_fwd` or `station`, where such programs are usually installed",
)
FORWARDER = Section(
    "lorawan.forwarder",
    Shape.LIST,
    "A forwarder that wisgate starts with files of its own making, resets the card for, and starts "
    "again when it ends or falls silent. Those that are started otherwise need no table.",
    (FORWARDER_SLOT, FORWARDER_SPEAKS, FORWARDER_PROGRAM),
    identity="slot",
)
