"""Under which EUI a concentrator card works: that of its chip, stored at the first start, so that a
new card in the same slot does not silently become another gateway. Never one made of a network
card's address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import msgspec

from ..core import eui as euis
from ..core.errors import StoreError
from ..store.files import write_synced
from .concentrators import Concentrator, Family
from .radio import Eui

_CHIP = re.compile(r"EUI\s*[:=]\s*(0x[0-9A-Fa-f]{16}|[0-9A-Fa-f]{16})")
PLACEHOLDERS = frozenset({"aa555a0000000000", "0123456789abcdef", "1122334455667788"})
"""Of the files of vendors."""


class Origin(Enum):
    """What an EUI looks like."""

    CHIP = "chip"
    NETWORK_CARD = "network card"
    PLACEHOLDER = "placeholder"
    OTHER = "other"


def origin(eui: Eui) -> Origin:
    """Sources: Semtech numbers its chips 0016c001…; EUI-64 out of a MAC-48 has fffe in the middle
    (IEEE guidelines for EUI, "Mapping an EUI-48 to an EUI-64")."""
    if eui in PLACEHOLDERS or len(set(eui)) == 1:
        return Origin.PLACEHOLDER
    if eui.startswith("0016c001"):
        return Origin.CHIP
    return Origin.NETWORK_CARD if eui[6:10] == "fffe" else Origin.OTHER


def told_by_chip(output: str) -> Eui | None:
    """The EUI in what the program `chip_id` of a forwarder prints; None when there is none."""
    match = _CHIP.search(output)
    return euis.parse(match[1]) if match else None


@dataclass(frozen=True)
class Identity:
    eui: Eui
    """"" as long as nobody knows one."""
    say: str = ""
    """What people must know; "" when all is as it was."""


def decide(card: Concentrator, *, written: Eui = "", kept: Eui = "", read: Eui = "") -> Identity:
    """Which EUI a card works under: `written` in the user's file, `kept` from earlier starts,
    `read` from its chip now; "" is none."""
    if written:
        return Identity(written, _changed(card, kept, written, "as the file says"))
    if kept:
        if read and read != kept:
            say = (
                f"{card.name}: the chip is another one, {read}; it goes on as {kept}, so that "
                f'networks know it again. To change that write eui = "{read}"'
            )
            return Identity(kept, say)
        return Identity(kept)
    if read and origin(read) is not Origin.PLACEHOLDER:
        return Identity(read, f"{card.name}: works as {read}, the EUI of its chip, from now on")
    if card.family is Family.SX1301:
        cure = "the SX1301 has none; write one that you own as eui of its [[lorawan.board]]"
    else:
        cure = "its chip_id program tells it; write it as eui of its [[lorawan.board]]"
    return Identity("", f"{card.name}: no EUI is known; {cure}")


def _changed(card: Concentrator, kept: Eui, now: Eui, why: str) -> str:
    if not kept or kept == now:
        return ""
    return f"{card.name}: works as {now} from now on, {why}; it was {kept}"


class Identities:
    """The EUIs that slots have, in a file. Threads: one."""

    def __init__(self, path: Path) -> None:
        """Raises StoreError for a file that is damaged."""
        self._path = path
        try:
            self._euis = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            self._euis = {}
        except (OSError, msgspec.DecodeError) as error:
            raise StoreError(f"{path}: {error}; remove it, and cards get new EUIs") from error

    def get(self, card: Concentrator) -> Eui:
        return self._euis.get(card.name, "")

    def keep(self, card: Concentrator, eui: Eui) -> None:
        """Store it, on the disk when this returns. Raises StoreError."""
        if self._euis.get(card.name) == eui:
            return
        self._euis[card.name] = eui
        try:
            write_synced(self._path, msgspec.json.encode(self._euis))
        except OSError as error:
            raise StoreError(f"{self._path}: {error}") from error
