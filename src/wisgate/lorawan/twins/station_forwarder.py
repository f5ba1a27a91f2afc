"""Basics Station as a server (LNS) sees it: what it tells, and what it does when asked to send.

Seen on Basics Station 2.0.6 (the recorded session in the tests). It reads uplinks apart and drops
what it cannot read, chooses between RX1 and RX2 by itself, and says something only when a frame is
on the air: silence means that it was not sent.

Not modelled: class B and multicast, which need GPS; filters by NetID and JoinEUI; priorities;
listening before talk; regions other than EU868 in what they forbid; remote commands.
"""

from __future__ import annotations

from struct import unpack_from
from typing import Any

import msgspec

from ..radio import Eui, Fsk, Lora, Modulation
from .channel import Hearing, Place, Transmission, Tuning

LEAD_US = 20_000
"""By which the chip must know of a frame."""
AHEAD_US = 600_000_000
RETRY_US, MOST_RETRIES = 100_000, 10
"""Of class C, when its frame cannot go out at once."""
SHORTEST = 12
"""Bytes; what is shorter, and no proprietary frame, is dropped."""
_SECOND_US = 1_000_000
_DEFAULT_EIRP = 14.0
_COUNTER_BITS = 48
_DUTY = (
    (863_000_000, 865_000_000, 1000), (865_000_000, 868_600_000, 100),
    (868_700_000, 869_200_000, 1000), (869_400_000, 869_650_000, 10),
    (869_700_000, 870_000_000, 100),
)  # fmt: skip
"""EU868: a frame of some length, then this many times as long until the next one begins."""
_LORA_PREAMBLE, _FSK_PREAMBLE = 8, 5
_FSK_BIT_RATE, _FSK_DEVIATION = 50_000, 25_000
_JOIN_REQUEST, _REJOIN, _PROPRIETARY = 0, 6, 7
_MESSAGES = (2, 4)


class _Job:
    """A frame that it is asked to send, and the ways that are left."""

    def __init__(self, asked: dict[str, Any], ways: list[tuple[int, int, int]]) -> None:
        self.asked, self.ways = asked, ways
        """`ways`: when it begins in µs of the caller, DR and frequency; the next first."""
        self.retries = MOST_RETRIES if asked.get("dC") == 2 else 0


class StationForwarder:
    """Plain: it has no clock and no socket. Every `now` is µs, such as `Air.now()`; `unix_s` is the
    time of day."""

    def __init__(self, eui: Eui, session: int = 119, place: Place = Place()) -> None:  # noqa: B008
        """`session`: from 1 to 255, another one after every start."""
        self.eui, self.place, self._session = eui, place, session
        self._rates: list[tuple[int, int, int]] = []
        self._jobs: list[_Job] = []
        self._free: dict[int, int] = {}
        """When a sub-band may be used again, by its lowest frequency."""
        self._busy_until = 0
        self._sending: list[tuple[int, dict[str, Any]]] = []
        """What is told when it has begun."""
        self._eirp, self._duty = _DEFAULT_EIRP, False
        self.channels: tuple[Tuning, ...] = ()
        """What it listens to, once it was configured."""
        self.dropped = 0
        """Frames that it was asked to send and did not."""

    # Beginning

    def discovery(self) -> str:
        """The question at `/router-info`."""
        return _written({"router": id6(self.eui)})

    def version(self) -> str:
        """The first message to the server."""
        return _written(
            {
                "msgtype": "version", "station": "2.0.6(linux/testsim)", "firmware": None,
                "package": None, "model": "linux", "protocol": 2, "features": "rmtsh",
            }
        )  # fmt: skip

    def _configure(self, told: dict[str, Any]) -> None:
        self._rates = [(int(sf), int(width), int(down)) for sf, width, down in told["DRs"]]
        self._eirp = float(told.get("max_eirp", _DEFAULT_EIRP))
        regions = ("EU868", "EU863")
        self._duty = told.get("region") in regions and not told.get("nodc", False)
        found: list[Tuning] = []
        for chip in told["sx1301_conf"]:
            found += _tunings(chip)
        self.channels = tuple(found)

    # Uplinks

    def hear(self, hearing: Hearing, unix_s: float) -> str | None:
        """The message about a frame; None for one that it drops."""
        sent = hearing.transmission
        rate = self._rate(sent.modulation)
        frame = _read(sent.phy) if rate is not None else None
        if frame is None:
            return None
        quality = {
            "rctx": 0, "xtime": self.xtime(sent.ends), "gpstime": 0, "fts": -1,
            "rssi": round(hearing.rssi), "snr": hearing.snr or 0.0, "rxtime": unix_s,
        }  # fmt: skip
        common = {"RefTime": unix_s, "DR": rate, "Freq": sent.frequency, "upinfo": quality}
        return _written(frame | common)

    def _rate(self, modulation: Modulation) -> int | None:
        """The data rate of an uplink."""
        if isinstance(modulation, Lora):
            looked = (modulation.spreading_factor, modulation.bandwidth // 1000)
        else:
            looked = (0, 0)
        wanted = (*looked, 0)  # not for downlinks only
        return self._rates.index(wanted) if wanted in self._rates else None

    def xtime(self, at: int) -> int:
        """What it calls a time of the caller."""
        return self._session << _COUNTER_BITS | at

    # Downlinks

    def take(self, text: str, now: int) -> None:
        """A message of the server. What it does not know has no effect."""
        told = msgspec.json.decode(text)
        match told.get("msgtype"):
            case "router_config":
                self._configure(told)
            case "dnmsg":
                self._asked(told, now)

    def _asked(self, asked: dict[str, Any], now: int) -> None:
        ways: list[tuple[int, int, int]] = []
        if "xtime" in asked and asked["xtime"] >> _COUNTER_BITS == self._session:
            heard = asked["xtime"] & (1 << _COUNTER_BITS) - 1
            opens = heard + asked.get("RxDelay", 1) * _SECOND_US
            if "RX1Freq" in asked:
                ways.append((opens, asked["RX1DR"], asked["RX1Freq"]))
            if "RX2Freq" in asked and asked["dC"] == 0:
                ways.append((opens + _SECOND_US, asked["RX2DR"], asked["RX2Freq"]))
        if asked["dC"] == 2:
            ways.append((now + LEAD_US, asked["RX2DR"], asked["RX2Freq"]))
        self._next_way(_Job(asked, ways), now)

    def _next_way(self, job: _Job, now: int) -> None:
        """Queue it for the first time that is left and not over."""
        while job.ways and not now + LEAD_US <= job.ways[0][0] <= now + AHEAD_US:
            job.ways.pop(0)
        if not job.ways:
            self.dropped += 1
            return
        self._jobs.append(job)
        self._jobs.sort(key=lambda each: each.ways[0][0])

    @property
    def next_due(self) -> int | None:
        """When `programmed` has to be asked again."""
        return self._jobs[0].ways[0][0] - LEAD_US if self._jobs else None

    def programmed(self, now: int) -> list[Transmission]:
        """What goes to the chip now, to be sent at its time."""
        found = []
        while self._jobs and self._jobs[0].ways[0][0] - LEAD_US <= now:
            job = self._jobs.pop(0)
            begins, rate, frequency = job.ways.pop(0)
            sent = self._frame(job.asked, begins, rate, frequency)
            if begins < self._busy_until or not self._allowed(sent):
                if not job.ways and job.retries:
                    job.retries -= 1
                    job.ways.append((begins + RETRY_US, rate, frequency))
                self._next_way(job, now)
                continue
            self._send(sent, job.asked, rate)
            found.append(sent)
        return found

    def _send(self, sent: Transmission, asked: dict[str, Any], rate: int) -> None:
        lowest, share = _band(sent.frequency)
        self._free[lowest] = sent.begins + (sent.ends - sent.begins) * share
        self._busy_until = sent.ends
        if int(asked["DevEui"].replace("-", ""), 16) == 0:
            return  # nobody is told
        told = {
            "msgtype": "dntxed", "seqno": asked["diid"], "diid": asked["diid"], "DR": rate,
            "Freq": sent.frequency, "DevEui": asked["DevEui"], "rctx": asked.get("rctx", 0),
            "xtime": self.xtime(sent.begins), "txtime": sent.begins / 1e6, "gpstime": 0,
        }  # fmt: skip
        self._sending.append((sent.begins, told))

    def _allowed(self, sent: Transmission) -> bool:
        lowest, _ = _band(sent.frequency)
        return not self._duty or self._free.get(lowest, 0) <= sent.begins

    def _frame(self, asked: dict[str, Any], begins: int, rate: int, frequency: int) -> Transmission:
        sf, width, _ = self._rates[rate]
        lora = sf > 0
        return Transmission(
            sender=self.eui, place=self.place, begins=begins, phy=bytes.fromhex(asked["pdu"]),
            frequency=frequency, power=self._eirp, inverted=lora, crc=not lora,
            modulation=Lora(sf, width * 1000) if lora else Fsk(_FSK_BIT_RATE, _FSK_DEVIATION),
            preamble=_LORA_PREAMBLE if lora else _FSK_PREAMBLE,
        )  # fmt: skip

    @property
    def next_told(self) -> int | None:
        """When `told` has to be asked again."""
        return self._sending[0][0] if self._sending else None

    def told(self, now: int) -> list[str]:
        """Messages about frames that are on the air by now."""
        over = [told for begins, told in self._sending if begins <= now]
        self._sending = [each for each in self._sending if each[0] > now]
        return [_written(each) for each in over]


def id6(eui: Eui) -> str:
    """An EUI as Basics Station writes it: four groups, the first two left out when they are 0."""
    groups = [f"{int(eui[at : at + 4], 16):x}" for at in range(0, 16, 4)]
    return ":".join(groups) if groups[:2] != ["0", "0"] else "::" + ":".join(groups[2:])


def _written(message: dict[str, Any]) -> str:
    return msgspec.json.encode(message).decode()


def _dashed(eui: bytes) -> str:
    """Of an EUI, lowest byte first."""
    return eui[::-1].hex("-").upper()


def _read(phy: bytes) -> dict[str, Any] | None:
    """The fields of an uplink; None for what is dropped."""
    kind = phy[0] >> 5 if phy else None
    if kind == _PROPRIETARY:
        return {"msgtype": "propdf", "FRMPayload": phy.hex().upper()}
    if len(phy) < SHORTEST or phy[0] & 0x1F:
        return None
    (mic,) = unpack_from("<i", phy, len(phy) - 4)
    if kind in (_JOIN_REQUEST, _REJOIN) and len(phy) == 23:
        return {
            "msgtype": "jreq", "MHdr": phy[0], "JoinEui": _dashed(phy[1:9]),
            "DevEui": _dashed(phy[9:17]), "DevNonce": unpack_from("<H", phy, 17)[0], "MIC": mic,
        }  # fmt: skip
    if kind not in _MESSAGES:
        return None
    address, control, counter = unpack_from("<iBH", phy, 1)
    options, end = 8 + (control & 0x0F), len(phy) - 4
    if options > end:
        return None
    return {
        "msgtype": "updf", "MHdr": phy[0], "DevAddr": address, "FCtrl": control, "FCnt": counter,
        "FOpts": phy[8:options].hex().upper(), "FPort": phy[options] if options < end else -1,
        "FRMPayload": phy[options + 1 : end].hex().upper(), "MIC": mic,
    }  # fmt: skip


def _tunings(chip: dict[str, Any]) -> list[Tuning]:
    """What a chip is told to listen to."""
    found: dict[int, Tuning] = {}
    for name, settings in chip.items():
        if not name.startswith("chan_") or not settings.get("enable"):
            continue
        frequency = chip[f"radio_{settings['radio']}"]["freq"] + settings["if"]
        if name.startswith("chan_multiSF_"):
            found[int(name.removeprefix("chan_multiSF_"))] = Tuning(frequency)
        elif name == "chan_Lora_std":
            width, factor = settings["bandwidth"], settings["spread_factor"]
            found[8] = Tuning(frequency, width, (factor,))
        else:
            found[9] = Tuning(frequency, spreading_factors=())
    return [found[number] for number in sorted(found)]


def _band(frequency: int) -> tuple[int, int]:
    """The lowest frequency of its sub-band, and how much of the time it is to be quiet."""
    for lowest, highest, share in _DUTY:
        if lowest <= frequency < highest:
            return lowest, share
    return 0, 1
