"""wisgate demo: a virtual gateway with a living world, no file needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from ..core.errors import Unavailable
from .logs import show_logs
from .options import seed_option, state_folder


@click.command(
    epilog="Example: wisgate demo --listen 127.0.0.1:8400",
    short_help="Show a virtual gateway with a living world in the browser.",
)
@click.option(
    "--listen", metavar="HOST:PORT", default="127.0.0.1:8391", show_default=True,
    help="Where the dashboard listens; this machine only.",
)  # fmt: skip
@seed_option
@click.option(
    "--data", metavar="DIR", type=click.Path(path_type=Path, file_okay=False),
    help="Folder of store and secrets; kept at the end  [default: a new one, thrown away].",
)  # fmt: skip
def command(listen: str, seed: int, data: Path | None) -> None:
    """Show a virtual RAK7391 in the browser: a tank fills through a pump and drains.

    A 4-20 mA input measures the level, a relay switches the pump, rules keep the level between
    0.8 m and 3 m. Two LoRaWAN boards hear a dozen end devices, where `wisgate[lorawan]` is
    installed. Sign in with the claim code to switch the pump yourself, or use `wisgate read` and
    `wisgate write` in another terminal. What the demo stores is thrown away at the end, unless
    --data says where to keep it.
    """
    from ..board.folder import hold_folder
    from ..config.load import load
    from . import demo_radio
    from .run import announce
    from .session import Session, live

    show_logs()
    host, port = _address(listen)
    with ExitStack() as stack:
        file = stack.enter_context(as_file(files(__package__) / "demo.toml"))
        folder = data or stack.enter_context(_thrown_away())
        config = load(file)
        if config.web is not None:
            config = replace(config, web=replace(config.web, host=host, port=port))
        config = replace(config, lorawan=demo_radio.lorawan())
        radio = (lambda gateway: demo_radio.play(gateway, seed),)
        session = Session(config, folder, virtual=True, seed=seed, beside=radio)
        stack.enter_context(hold_folder(folder))
        click.echo("A virtual RAK7391: 4-20 mA input and relay, a tank with a pump. Ctrl-C stops.")
        live(session, announce)
    click.echo("demo: stopped; outputs are safe", err=True)


@contextmanager
def _thrown_away() -> Iterator[Path]:
    """A folder among those of all gateways, so that `wisgate read` and `write` find the demo."""
    try:
        state_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = TemporaryDirectory(prefix="demo-", dir=state_folder())
    except OSError as error:
        raise Unavailable(
            f"{state_folder()}: cannot be used for the demo: {error.strerror}; choose a folder"
            " with --data"
        ) from error
    with folder as name:
        yield Path(name)


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if host not in ("127.0.0.1", "localhost", "[::1]") or not port.isdigit():
        raise click.BadParameter(
            f'"{listen}"; write 127.0.0.1 and a port: --listen 127.0.0.1:8400',
            param_hint="--listen",
        )
    return host.strip("[]"), int(port)
