"""LoRaWAN: the radio boards, and the servers of networks that get what they hear. What each type of
upstream has besides stands in `config/upstreams/<type>.py`."""

from __future__ import annotations

from ..addresses import Listen, listen
from ..identifiers import EUI_LIKE, address_block, digits, eui, eui_range
from ..lists import choices, several
from ..readers import boolean, choice, duration, quantity
from ..tables import Option, Section, Shape
from ..variants import variants
from ..wording import any_text, short_name
from .forwarders import FORWARDER, LORAWAN_CHANNELS
from .motes import MOTE

VARIANTS = variants("upstreams")
"""By type."""
REGIONS = (
    "EU868", "US915", "AU915", "AS923-1", "AS923-2", "AS923-3", "AS923-4", "KR920", "IN865",
    "RU864", "CN470", "EU433", "ISM2400",
)  # fmt: skip
LORAWAN_REGION = Option(
    "region",
    choice(*REGIONS),
    "The region after RP002 whose channels and rules count.",
    '"EU868"',
    "EU868",
    required=True,
)
LORAWAN_GATEWAY_ID = Option(
    "gateway_id",
    eui(),
    "The EUI under which networks know the gateway. All boards of the region are one gateway.",
    EUI_LIKE,
    "",
    otherwise="the lowest EUI among the boards at the first start, kept from then on",
)
LORAWAN_UDP = Option(
    "udp",
    listen(),
    "Where packet forwarders reach us that speak Semtech's UDP protocol. Beyond this computer "
    "every board needs its table, for the protocol knows no passwords.",
    '"127.0.0.1:1700"',
    Listen("127.0.0.1", 1700),
    otherwise='"127.0.0.1:1700"',
)
LORAWAN_STATION = Option(
    "station",
    listen(),
    "Where Basics Station reaches us, by `ws://`. Beyond this computer every board needs its "
    "table.",
    '"127.0.0.1:3001"',
    Listen("127.0.0.1", 3001),
    otherwise='"127.0.0.1:3001"',
)
LORAWAN_QUEUE_SIZE = Option(
    "queue_size",
    quantity("capacity", "1MB", "10GB"),
    "Size on disk of what waits for upstreams that are away; beyond it the oldest frames go.",
    '"64MB"',
    64e6,
    otherwise='"64MB"',
)
LORAWAN_QUEUE_AGE = Option(
    "queue_age",
    duration("1min", "365d"),
    "Age beyond which frames do not wait any longer.",
    '"7d"',
    7 * 86400.0,
    otherwise='"7d"',
)
RADIO_EUI = Option(
    "eui",
    eui(),
    "Of the board; in its forwarder's file it is `gateway_ID`.",
    EUI_LIKE,
    "",
    otherwise="the board that is in the slot",
)
RADIO_NAME = Option(
    "name",
    short_name("roof"),
    "By which people know it.",
    '"roof"',
    "",
    otherwise="its slot, or its EUI",
)
RADIO_SLOT = Option(
    "slot",
    any_text("a slot of the board", "mpcie-1"),
    "Where it sits.",
    '"mpcie-1"',
    "",
    otherwise="outside of this box, or unknown",
)
RADIO_REGION = Option[str | None](
    "region",
    choice(*REGIONS),
    "Its region, if it is another one. The boards of each region are a gateway of their own.",
    '"ISM2400"',
    None,
    otherwise="that of `[lorawan]`",
)
RADIO = Section(
    "lorawan.board",
    Shape.LIST,
    "A concentrator board. Those that speak from this computer need no table.",
    (RADIO_EUI, RADIO_NAME, RADIO_SLOT, RADIO_REGION),
    identity="name",
)
UPSTREAM_TYPE = Option(
    "type", choice(*VARIANTS), "What the server speaks.", '"udp"', "udp", required=True
)
UPSTREAM_NAME = Option(
    "name",
    short_name("things-network"),
    "Under which its state is shown and its place in the queue is kept; unique.",
    '"things-network"',
    "",
    otherwise="its type",
)
UPSTREAM_NET_IDS = Option(
    "net_ids",
    several(digits(6, "NetID", '"000013"'), "a list of NetIDs"),
    "It gets the frames of end devices in these networks only, and of those in `dev_addrs`.",
    '["000013"]',
    (),
    otherwise="all, or those in `dev_addrs`",
)
UPSTREAM_DEV_ADDRS = Option(
    "dev_addrs",
    several(address_block(), 'a list of blocks of addresses, such as "26000000/7"'),
    "It gets the frames of end devices with these addresses only, and of those in `net_ids`.",
    '["26000000/7", "fc00ac20/32"]',
    (),
    otherwise="all, or those in `net_ids`",
)
UPSTREAM_JOIN_EUIS = Option(
    "join_euis",
    several(eui_range(), "a list of EUIs, prefixes and ranges"),
    "It gets join requests to these JoinEUIs only.",
    '["70B3D57ED0000000/40", "0000000000000001..00000000000000FF"]',
    (),
    otherwise="all",
)
UPSTREAM_OUIS = Option(
    "ouis",
    several(digits(6, "OUI", '"AC1F09"'), "a list of OUIs"),
    "It gets join requests of end devices of these makers only: the first digits of the DevEUI.",
    '["AC1F09"]',
    (),
    otherwise="all",
)
UPSTREAM_REGIONS = Option(
    "regions",
    choices(*REGIONS),
    "It gets what the boards of these regions hear, and sends through them.",
    '["EU868"]',
    (),
    otherwise="all",
)
UPSTREAM_PROPRIETARY = Option(
    "proprietary",
    boolean(),
    "Whether it gets frames of the proprietary type, which filters cannot judge.",
    "true",
    False,
    otherwise="false",
)
UPSTREAM = Section(
    "lorawan.upstream",
    Shape.LIST,
    "A server of a network, which gets what the boards hear and may send through them. Several may "
    "be there at once. Besides these keys it takes those of its type.",
    (
        UPSTREAM_TYPE,
        UPSTREAM_NAME,
        UPSTREAM_NET_IDS,
        UPSTREAM_DEV_ADDRS,
        UPSTREAM_JOIN_EUIS,
        UPSTREAM_OUIS,
        UPSTREAM_REGIONS,
        UPSTREAM_PROPRIETARY,
    ),
    identity="name",
    open_keys=True,
    variants=tuple(v.SECTION for v in VARIANTS.values()),
)
LORAWAN = Section(
    "lorawan",
    Shape.ONE,
    "A LoRaWAN gateway out of one or several concentrator boards. Needs "
    "`pip install 'wisgate[lorawan]'`.",
    (
        LORAWAN_REGION,
        LORAWAN_GATEWAY_ID,
        LORAWAN_UDP,
        LORAWAN_STATION,
        LORAWAN_QUEUE_SIZE,
        LORAWAN_QUEUE_AGE,
        LORAWAN_CHANNELS,
    ),
    (RADIO, FORWARDER, UPSTREAM, MOTE),
)
