"""wisgate catalog pinout: a connector drawn for a browser or for the terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

BOXES = "┌┐└┘├┤─│→"


@click.command("pinout", epilog="Example: wisgate catalog pinout rak7391/wisblock-1 --svg slot.svg")
@click.argument("names", metavar="NAME…", nargs=-1, required=True)
@click.option("--text", "as_text", is_flag=True, help="Print text for a terminal; the default.")
@click.option(
    "--svg", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help='Write a drawing for a browser; "-" is standard output.',
)  # fmt: skip
def command(names: tuple[str, ...], as_text: bool, svg: Path | None) -> None:
    """Draw the pins of a board, of one of its connectors, or of a connector by itself:
    rak7391, rak7391/wisblock-1, wisblock-io."""
    from ..catalog.catalog import load
    from ..plan.drawing.pinout_svg import pinout_svg
    from ..plan.drawing.pinout_text import pinout_text
    from ..plan.drawing.pinouts import find

    if as_text and svg is not None and str(svg) == "-":
        raise click.UsageError("--text and --svg - both write to standard output; choose one")
    pinouts = find(load(), " ".join(names))
    if svg is not None:
        _write(svg, pinout_svg(pinouts))
    if as_text or svg is None:
        click.echo(pinout_text(pinouts, ascii_only=not _can_draw()), nl=False)


def _write(target: Path, drawing: str) -> None:
    with click.open_file(str(target), "w", encoding="utf-8") as stream:
        stream.write(drawing)
    if str(target) != "-":
        click.echo(f"{target} written", err=True)


def _can_draw() -> bool:
    """Whether standard output takes box characters."""
    try:
        BOXES.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
