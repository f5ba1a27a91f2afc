"""wisgate lora: concentrator cards, their channels, and the files of their forwarders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .lora_capture import capture
from .options import json_option

if TYPE_CHECKING:
    from ..catalog.regions import Region
    from ..lorawan.channels import ChannelPlan
    from ..lorawan.checks.kinds import Judged
    from ..lorawan.files.bundle import Bundle
    from ..lorawan.planning import Wanted

WRONG = 2


class Assigned(click.ParamType[tuple[str, str]]):
    """What belongs to a slot: "mpcie-1=0016c001ff000001"."""

    name = "SLOT=…"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        slot, sign, text = str(value).partition("=")
        if not (slot and sign and text):
            self.fail(f'"{value}" belongs to no slot; write mpcie-1={text or slot}', param, ctx)
        return slot, text


@click.group(
    epilog="Example: wisgate lora plan --region EU868 --board rak5146-usb --board rak5146-usb",
    short_help="Plan LoRaWAN boards, write and check files of forwarders.",
)
def command() -> None:
    """Plan the channels of concentrator boards, write the files of their forwarders, and check
    such files, whoever wrote them."""


command.add_command(capture)


@command.command(
    epilog="Examples: wisgate lora plan gateway.toml --write /etc/wisgate/lora · wisgate lora plan"
    " --region US915 --board rak5146-usb --board rak2287-spi --channels 16",
    short_help="Show which board hears which channels; write files.",
)
@click.argument(
    "file", metavar="[FILE]", required=False, type=click.Path(path_type=Path, readable=False)
)
@click.option("--region", metavar="REGION", help="Without FILE: EU868, US915, AS923-1 …")
@click.option(
    "--board", "boards", metavar="[SLOT=]MODULE", multiple=True,
    help="Without FILE: a card, several times; without SLOT the first that it fits into.",
)  # fmt: skip
@click.option(
    "--channels", type=click.IntRange(1, 64), metavar="N",
    help="Channels below 1 GHz, eight a board [default: as many as are allowed everywhere].",
)  # fmt: skip
@click.option("--eui", "euis", type=Assigned(), multiple=True, help="The EUI of a card.")
@click.option(
    "--path", "paths", type=Assigned(), multiple=True,
    help="The serial port of a USB card, where it cannot be found here.",
)  # fmt: skip
@click.option(
    "--write", "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Write the files into this folder; without it nothing is changed.",
)  # fmt: skip
@json_option
def plan(
    file: Path | None,
    region: str | None,
    boards: tuple[str, ...],
    channels: int | None,
    euis: tuple[tuple[str, str], ...],
    paths: tuple[tuple[str, str], ...],
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show which board hears which channels, and write the files of forwarders for them.

    The boards are those in the slots of FILE and its region, or those of --board and --region. For
    each there is a global_conf.json for the packet forwarder, and what Basics Station and
    ChirpStack Concentratord want; all of them point to wisgate on this computer.
    """
    from ..catalog.catalog import load as load_catalog
    from ..lorawan.files.bundle import bundle
    from ..lorawan.planning import make

    catalog = load_catalog()
    wanted = _wanted(file, region, boards)
    wanted = _completed(wanted, dict(euis), dict(paths), channels)
    made = make(wanted, catalog)
    files = bundle(made, wanted.euis, wanted.target)
    if folder is not None:
        _write(files, folder)
    if as_json:
        _print_json(made, wanted, files)
    else:
        _print(made, wanted, files, folder)


def _wanted(file: Path | None, region: str | None, boards: tuple[str, ...]) -> Wanted:
    from ..catalog.catalog import load as load_catalog
    from ..config.load import load
    from ..lorawan.planning import of_config, of_words

    catalog = load_catalog()
    if file is not None:
        if region or boards:
            raise click.UsageError("FILE says region and boards; leave --region and --board away")
        return of_config(load(file), catalog)
    if not region or not boards:
        raise click.UsageError("write a FILE, or --region and --board; see the examples")
    split = [b.partition("=") for b in boards]
    cards = [(slot, module) if sign else ("", slot) for slot, sign, module in split]
    known = _region(region)
    return of_words(catalog, catalog.boards["rak7391"], known.id if known else region, cards)


def _region(name: str | None) -> Region | None:
    """A region by any of its names."""
    from ..catalog.catalog import load as load_catalog
    from ..lorawan.checks.spectrum import named

    return named(load_catalog().regions, name) if name else None


def _completed(
    wanted: Wanted, euis: dict[str, str], paths: dict[str, str], channels: int | None
) -> Wanted:
    """With what the command line says, and what is plugged in here."""
    from dataclasses import replace

    from ..board.adapters import plugged_in
    from ..core import eui
    from ..lorawan.concentrators import USB_IDS, placed

    names = [c.name for c in wanted.cards]
    for slot in (*euis, *paths):
        if slot not in names:
            raise click.UsageError(f"no card is in {slot}; there are: {', '.join(names)}")
    try:
        told = {slot: eui.parse(text) for slot, text in euis.items()}
    except ValueError as error:
        raise click.UsageError(f"{error}; write sixteen hexadecimal digits") from None
    cards = placed(wanted.cards, *plugged_in(set(USB_IDS.values())))
    cards = [replace(c, path=paths.get(c.name, c.path)) for c in cards]
    channels = channels or wanted.channels
    return replace(wanted, cards=tuple(cards), euis=wanted.euis | told, channels=channels)


def _write(files: Bundle, folder: Path) -> None:
    from ..core.errors import Unavailable
    from ..store.files import write_synced

    try:
        for name, text in files.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_synced(path, text.encode())
    except OSError as error:
        raise Unavailable(f"{folder}: {error.strerror}; write another --write DIR") from error


def _print(made: ChannelPlan, wanted: Wanted, files: Bundle, folder: Path | None) -> None:
    from .region_tables import mhz

    for board in made.boards:
        card = board.card
        heading = f"{card.name}  {card.module}  {board.region.id} set {board.set}"
        click.echo(click.style(heading, bold=True))
        click.echo(f"  reached by  {card.path or f'{card.bus.upper()}, not found here'}")
        if card.reset:
            click.echo(f"  reset       line {card.reset.line} of {card.reset.chip}")
        click.echo(f"  EUI         {wanted.euis.get(card.name) or 'not known here'}")
        for number, centre in enumerate(board.centres):
            own = [c for c in board.channels if c.radio == number]
            click.echo(
                f"  radio {number}     {mhz(centre)} MHz: {' '.join(mhz(c.frequency) for c in own)}"
            )
        if not board.centres:
            listed = (f"{mhz(c.frequency)} MHz SF{c.spreading_factor}" for c in board.channels)
            click.echo(f"  channels    {', '.join(listed)}")
        if wide := board.wide:
            kind = f"SF{wide.spreading_factor}, {wide.bandwidth // 1000} kHz"
            click.echo(f"  wide        {mhz(wide.frequency)} MHz, {kind}")
        if board.fsk:
            click.echo(f"  FSK         {mhz(board.fsk.frequency)} MHz")
        between = f"{mhz(board.lowest_tx)} to {mhz(board.highest_tx)} MHz"
        sends = between if board.sends else "nothing"
        click.echo(f"  sends       {sends}")
    for note in (*made.notes, *files.notes):
        click.echo(f"note: {note}", err=True)
    if folder is None:
        count = len(files.files)
        click.echo(f"{count} file{'s' if count != 1 else ''}; --write DIR writes them")
    else:
        for name in files.files:
            click.echo(f"wrote {folder / name}")


def _print_json(made: ChannelPlan, wanted: Wanted, files: Bundle) -> None:
    import msgspec

    found = {
        "boards": [
            {
                "name": b.card.name, "module": b.card.module, "chip": b.card.chip,
                "bus": b.card.bus, "path": b.card.path,
                "reset_line": b.card.reset.line if b.card.reset else None,
                "eui": wanted.euis.get(b.card.name, ""), "region": b.region.id, "set": b.set,
                "radios": b.centres, "channels": [_channel(c) for c in b.channels],
                "wide": _channel(b.wide), "fsk": _channel(b.fsk), "sends": b.sends,
                "lowest_tx": b.lowest_tx, "highest_tx": b.highest_tx,
            }
            for b in made.boards
        ],
        "notes": [*made.notes, *files.notes],
        "files": files.files,
    }  # fmt: skip
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())


def _channel(channel: Any) -> dict[str, int] | None:
    if channel is None:
        return None
    return {
        "frequency": channel.frequency, "radio": channel.radio, "bandwidth": channel.bandwidth,
        "spreading_factor": channel.spreading_factor,
    }  # fmt: skip


@command.command(
    epilog="Examples: wisgate lora check /opt/packet_forwarder/global_conf.json · wisgate lora"
    " check *.json --region EU868",
    short_help="Check files of forwarders, whoever wrote them.",
)
@click.argument(
    "files", metavar="FILE…", nargs=-1, required=True,
    type=click.Path(path_type=Path, readable=False),
)  # fmt: skip
@click.option("--region", metavar="REGION", help="[default: what the file or its channels say]")
@json_option
def check(files: tuple[Path, ...], region: str | None, as_json: bool) -> None:
    """Check files of packet forwarders, Basics Station, ChirpStack Concentratord and its gateway
    bridge: ranges, limits that refuse downlinks, listen before talk, power, channels, units, EUIs,
    servers.

    Every finding is printed with file and line, what was found and what to do; what works, but
    hardly as it was meant, is a note. Exit code 2 when something is wrong.
    """
    from ..catalog.catalog import load as load_catalog
    from ..core.errors import ConfigError
    from ..lorawan.checks.kinds import judge, read

    known = _region(region)
    if region and known is None:
        listed = ", ".join(load_catalog().regions)
        raise click.UsageError(f"{region} is no region; there are: {listed}")
    judged: list[Judged] = []
    unread: list[str] = []
    for path in files:
        try:
            judged.append(judge(read(path), str(path), load_catalog().regions, known))
        except ConfigError as error:
            unread += error.faults
    _tell(judged, unread, as_json)
    if unread or any(not f.doubtful for j in judged for f in j.findings):
        click.get_current_context().exit(WRONG)


def _tell(judged: list[Judged], unread: list[str], as_json: bool) -> None:
    if as_json:
        import msgspec

        found = {"files": judged, "unread": unread}
        click.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    for one in judged:
        for finding in one.findings:
            mark = "note: " if finding.doubtful else ""
            click.echo(f"{one.file}:{finding.line}: {mark}{finding.text}")
        if not one.findings:
            told = f", {one.region}" if one.region else ""
            click.echo(f"{one.file}: fine ({one.kind}{told})")
    for fault in unread:
        click.echo(fault)
