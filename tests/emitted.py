"""Plans in other programs' formats: the golden cases, run as the command line runs them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from wisgate.cli import main
from wisgate.plan.emit.services import OFFERED

GOLDEN = Path(__file__).parent / "golden" / "emit"


@dataclass(frozen=True)
class Case:
    """A kind, written from the file of a folder below golden/emit."""

    folder: str
    kind: str
    options: tuple[str, ...] = ()

    @property
    def expected(self) -> Path:
        return GOLDEN / self.folder / f"{self.kind}.txt"

    def __str__(self) -> str:
        return f"{self.folder}-{self.kind}"

    def write(self, folder: Path) -> str:
        """What `wisgate emit` writes, run in `folder`."""
        file = folder / "gateway.toml"
        file.write_bytes((GOLDEN / self.folder / "gateway.toml").read_bytes())
        (folder / "mqtt.secret").write_text("secret")
        (folder / "mqtt.secret").chmod(0o600)
        written = folder / "written"
        arguments = ["emit", str(file), self.kind, "-o", str(written), *self.options]
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        return written.read_text("utf-8").replace(str(file), "gateway.toml")


ALL_SERVICES = tuple(word for name in OFFERED for word in ("--service", name))
CASES = (
    Case("pump-house", "config-txt"),
    Case("pump-house", "gpio-names"),
    Case("pump-house", "udev"),
    Case("pump-house", "compose"),
    Case("radio", "config-txt", ("--rakpios", "0.8", "--camera", "cam1", "--camera", "cam0",
                                 "--antenna", "ant2")),
    Case("radio", "gpio-names"),
    Case("radio", "udev", ("--usb", "wisblock-1=1-1.3", "--usb", "wisblock-2=1-1.4.2")),
    Case("radio", "meshtastic"),
    Case("motor", "config-txt"),
    Case("motor", "gpio-names"),
    Case("hat", "config-txt"),
    Case("hat", "meshtastic"),
    Case("hat-legacy", "meshtastic"),
    Case("services", "compose"),
    Case("field-node", "arduino-pins"),
    Case("field-node", "zephyr-overlay"),
    Case("weather", "arduino-pins"),
    Case("weather", "zephyr-overlay"),
    Case("station", "arduino-pins"),
    Case("station", "zephyr-overlay"),
    Case("cards", "config-txt"),
    Case("cards", "gpio-names"),
    Case("cards", "udev", ("--usb", "mpcie-2=1-1.2")),
    Case("cards", "compose", ("--service", "zigbee2mqtt")),
)  # fmt: skip
EVERY_SERVICE = Case("cards", "compose", ALL_SERVICES)


def of_kind(*kinds: str) -> list[Case]:
    return [case for case in CASES if case.kind in kinds]
