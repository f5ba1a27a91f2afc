"""wisgate lora capture: what the boards hear and send, as a file for Wireshark."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click
import msgspec

from ..core.errors import Unavailable
from . import remote
from .options import Duration, data_option

if TYPE_CHECKING:
    from ..lorawan.capture import Capture
    from ..web.radio_shapes import FrameView

OUT = ("queued", "emitted")


@click.command(
    "capture",
    epilog="Examples: wisgate lora capture radio.pcapng --for 10min ·"
    " wisgate lora capture - | wireshark -k -i -",
    short_help="Write frames into a file for Wireshark.",
)
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--for", "seconds", metavar="10min", type=Duration(), help="For so long; until Ctrl-C without."
)
@click.option(
    "--size", "megabytes", metavar="MB", type=click.FloatRange(min=0, min_open=True), default=100.0,
    show_default=True, help="End when the file is so large.",
)  # fmt: skip
@data_option
def capture(target: Path, seconds: float | None, megabytes: float, data: Path | None) -> None:
    """Write what the running gateway hears and sends from now on into FILE (pcapng with LoRaTap);
    `-` is for a pipe. Each board is an interface of its own."""
    running = remote.find(data)
    if running is None:
        raise Unavailable("no gateway runs here; start it with wisgate run, or name its --data")
    if str(target) == "-":
        with suppress(BrokenPipeError):  # whoever reads it has seen enough
            _write(running, sys.stdout.buffer, seconds, megabytes)
        return
    try:
        with target.open("wb") as file:
            count = _write(running, file, seconds, megabytes)
    except OSError as error:
        raise Unavailable(f"{target}: cannot be written: {error.strerror}") from error
    click.echo(f"{target}: {count} frames", err=True)


def _write(running: remote.Remote, file: BinaryIO, seconds: float | None, megabytes: float) -> int:
    """How many frames were written."""
    from ..lorawan.capture import Capture

    written, count, taking = 0, 0, Capture()
    end = None if seconds is None else time.monotonic() + seconds
    file.write(taking.begin())
    with suppress(KeyboardInterrupt):
        for frame in _frames(running, end):
            packets = b"".join(_packets(taking, frame))
            written, count = written + len(packets), count + 1
            file.write(packets)
            file.flush()
            if written >= megabytes * 1e6:
                break
    return count


def _frames(running: remote.Remote, end: float | None) -> Iterator[FrameView]:
    """What comes from now on, until `end` of the monotonic clock."""
    from ..web.radio_shapes import FramesView

    first = True
    for name, body in running.events("/api/v1/radio/events", end):
        if name != "frames":
            continue
        told = msgspec.json.decode(body, type=FramesView)
        if told.missed:
            click.echo(f"{told.missed} frames came too fast", err=True)
        if not first:  # a stream begins with those of late
            yield from told.frames
        first = False


def _packets(taking: Capture, frame: FrameView) -> Iterator[bytes]:
    from datetime import datetime

    from ..lorawan.capture import Signal
    from ..lorawan.radio import Fsk, Lora, Modulation

    modulation: Modulation = Fsk(frame.bit_rate or 0)
    if frame.spreading_factor is not None and frame.bandwidth is not None:
        modulation = Lora(frame.spreading_factor, frame.bandwidth)
    at_ns = round(datetime.fromisoformat(frame.time).timestamp() * 1e3) * 10**6
    phy = bytes.fromhex(frame.phy)
    for copy in frame.copies:
        signal = Signal(frame.frequency, modulation, copy.rssi, copy.snr)
        yield taking.heard(copy.board, at_ns, phy, signal)
    if not frame.up and frame.board is not None and frame.verdict in OUT:
        yield taking.sent(frame.board, at_ns, phy, Signal(frame.frequency, modulation))
