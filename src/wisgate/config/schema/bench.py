"""What the plan must know of the box: supply, compute module, straps, caps, HAT, surroundings."""

from __future__ import annotations

from ...core.points import Value
from ..lists import Pair, choices, pair
from ..readers import anything, boolean, choice, quantity
from ..tables import Option, Section, Shape
from ..wording import any_text

CORE = Option(
    "core",
    any_text("the id of a core of the catalog", "rak4631"),
    "The core on a WisBlock base, as `wisgate catalog list` names it.",
    '"rak4631"',
    "",
    otherwise="none; a board with a host of its own has none",
)
INPUTS = ("dc", "terminal", "poe", "usb", "battery", "solar")


def _load(doc: str, name: str, most: str, example: str) -> Option[float | None]:
    return Option(name, quantity("current", "0A", most), doc, example, None, otherwise="none")


POWER_INPUT = Option[tuple[str, ...]](
    "input",
    choices(*INPUTS),
    "The supply that is connected, or a list of all that are.",
    '"dc"',
    (),
    otherwise="not judged",
)
POWER_VOLTAGE = Option[float | None](
    "voltage",
    quantity("voltage", "0V", "1kV"),
    "Voltage at the connected supply input.",
    '"12V"',
    None,
    otherwise="not judged",
)
POWER_CLASS = Option[str | None](
    "poe_class",
    choice("at", "bt"),
    "IEEE 802.3 class of the PoE module and of the switch.",
    '"at"',
    None,
    otherwise="not judged",
)
POWER_SUPPLY = Option[float | None](
    "supply",
    quantity("power", "0W", "1kW"),
    "What the power adapter delivers.",
    '"60W"',
    None,
    otherwise="not judged",
)
POWER_12V = _load("What hangs on the 12 V output.", "load_12v", "20A", '"500mA"')
POWER_5V = _load("What hangs on the 5 V output.", "load_5v", "20A", '"300mA"')
POWER_USB2 = _load("What is plugged into the USB 2.0 connector.", "usb2_load", "20A", '"100mA"')
POWER_USB3 = _load("What is plugged into the USB 3.0 connectors.", "usb3_load", "20A", '"600mA"')
POWER_HDMI = _load("What HDMI feeds.", "hdmi_load", "20A", '"50mA"')
POWER_BATTERY = Option[float | None](
    "battery",
    quantity("voltage", "0V", "100V"),
    "Voltage of the battery when it is full.",
    '"4.2V"',
    None,
    otherwise="not judged",
)
POWER_SOLAR = Option[float | None](
    "solar",
    quantity("voltage", "0V", "100V"),
    "Voltage of the solar panel without load, in full sun.",
    '"5V"',
    None,
    otherwise="not judged",
)
POWER_SOLAR_CHECKED = Option(
    "solar_checked",
    boolean(),
    "Whether the polarity of the solar plug was measured against the silkscreen.",
    "true",
    False,
    otherwise="false",
)
POWER_HOLD = Option[float | None](
    "supercap_hold",
    quantity("time", "0s", "10min"),
    "How long the ultracapacitors carry the box, as measured.",
    '"10s"',
    None,
    otherwise='"10s", an assumption: the vendor prints none',
)
POWER = Section(
    "power",
    Shape.ONE,
    "How the box is fed, and what is fed from it.",
    (
        POWER_INPUT,
        POWER_VOLTAGE,
        POWER_CLASS,
        POWER_SUPPLY,
        POWER_12V,
        POWER_5V,
        POWER_USB2,
        POWER_USB3,
        POWER_HDMI,
        POWER_BATTERY,
        POWER_SOLAR,
        POWER_SOLAR_CHECKED,
        POWER_HOLD,
    ),
)

HOST_CM4 = Option[str | None](
    "cm4",
    choice("lite", "emmc"),
    "The compute module: without or with its own flash.",
    '"emmc"',
    None,
    otherwise="not judged",
)
HOST_STORAGE = Option[str | None](
    "storage",
    choice("sd", "emmc", "nvme"),
    "Where the system starts from.",
    '"emmc"',
    None,
    otherwise="not judged",
)
HOST_TYPE_C = Option(
    "type_c",
    boolean(),
    "Whether a cable stays in the Type-C socket while the gateway runs.",
    "false",
    False,
    otherwise="false",
)
HOST_ALARM = Option(
    "rtc_alarm",
    boolean(),
    "Whether something sets alarms of the real-time clock.",
    "false",
    False,
    otherwise="false",
)
HOST_I2C = Option[float | None](
    "i2c_clock",
    quantity("frequency", "10kHz", "400kHz"),
    "Clock of the I2C buses, as config.txt sets it.",
    '"100kHz"',
    None,
    otherwise="the board's",
)
HOST_CONSOLE = Option(
    "console",
    boolean(),
    "Whether the kernel keeps its serial console on UART0.",
    "true",
    True,
    otherwise="true",
)
HOST = Section(
    "host",
    Shape.ONE,
    "The compute module.",
    (HOST_CM4, HOST_STORAGE, HOST_TYPE_C, HOST_ALARM, HOST_I2C, HOST_CONSOLE),
)

STRAPS_ADC = Option[Value](
    "adc",
    anything("an address that the board has a strap for"),
    "I2C address of the ADC of the slots, if it was soldered otherwise.",
    '"0x49"',
    None,
    otherwise="as the vendor ships it",
)
STRAPS_I2C = Option[str | None](
    "external_i2c",
    choice("i2c-1", "i2c-3"),
    "The bus that slots, mPCIe sockets and the header are on.",
    '"i2c-1"',
    None,
    otherwise="as the vendor ships it",
)
STRAPS_VOLTAGE = Option(
    "io_voltage",
    choice("3.3V", "1.8V"),
    "Voltage of the compute module's pins: R11 or R12.",
    '"3.3V"',
    "3.3V",
    otherwise='"3.3V"',
)
STRAPS_ID = Option(
    "id_pins",
    choice("board", "free"),
    "Whether R711 and R712 were removed, so that the ID pins of the header are a HAT's alone.",
    '"board"',
    "board",
    otherwise='"board"',
)
STRAPS = Section(
    "straps",
    Shape.ONE,
    "What was soldered otherwise than the vendor ships it.",
    (STRAPS_ADC, STRAPS_I2C, STRAPS_VOLTAGE, STRAPS_ID),
)


def _cap(name: str, doc: str, example: str) -> Option[bool | None]:
    return Option(name, boolean(), doc, example, None, otherwise="as the board ships")


JUMPER_FLASH = _cap("flash", "Cap that forces USB boot.", "false")
JUMPER_EEPROM = _cap("eeprom_protect", "Cap that write-protects the boot EEPROM.", "true")
JUMPER_WIFI = _cap("wifi_off", "Cap that switches Wi-Fi off.", "true")
JUMPER_BT = _cap("bt_off", "Cap that switches Bluetooth off.", "true")
JUMPER_WAKE = _cap("wake", "Cap that lets the clock wake and reset the compute module.", "false")
JUMPER_BUZZER = _cap("buzzer", "Cap that connects the buzzer.", "true")
JUMPER_FAN = Option[str | None](
    "fan",
    choice("5V", "12V"),
    "Supply of the fan that is plugged in.",
    '"5V"',
    None,
    otherwise="no fan",
)
JUMPERS = Section(
    "jumpers",
    Shape.ONE,
    "Caps on the board; true: fitted.",
    (
        JUMPER_FLASH,
        JUMPER_EEPROM,
        JUMPER_WIFI,
        JUMPER_BT,
        JUMPER_WAKE,
        JUMPER_BUZZER,
        JUMPER_FAN,
    ),
)

HAT_BOARD = Option(
    "board",
    any_text("the id of a HAT of the catalog", "rak6421"),
    "The HAT on the 40-pin header, as `wisgate catalog list` names it.",
    '"rak6421"',
    "",
    required=True,
)
HAT_REVISION = Option[str | None](
    "revision",
    any_text("a revision of the HAT", "production"),
    "Which of its pin maps it has.",
    '"production"',
    None,
    otherwise="the one that is sold today",
)
HAT = Section(
    "hat",
    Shape.ONE,
    "A HAT on the 40-pin header. Modules in its slots are planned with the HAT as `board`; this "
    "table then says which revision it is.",
    (HAT_BOARD, HAT_REVISION),
)

AMBIENT = Option[Pair | None](
    "ambient",
    pair("temperature", "-60degC", "120degC", '["-10degC", "50degC"]'),
    "The lowest and the highest temperature around the board.",
    '["-10degC", "50degC"]',
    None,
    required=True,
)
ENVIRONMENT = Section("environment", Shape.ONE, "Where the box hangs.", (AMBIENT,))
