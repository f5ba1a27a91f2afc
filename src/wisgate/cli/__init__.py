"""The command line: one file per command, loaded when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from ..core.errors import WisgateError

USAGE_EXIT = 64

COMMANDS = {
    "demo": "Show a virtual gateway with a living world in the browser.",
    "run": "Run the gateway that a file describes.",
    "apply": "Give the running gateway a new file; go back if it does not work.",
    "check": "Check a file: syntax, units, names, conflicts.",
    "emit": "Write a plan in the formats of other programs.",
    "plan": "Show what a file means on the bench.",
    "solve": "Find slots, straps and addresses for modules.",
    "scan": "Show who answers on the I2C bus, and who should.",
    "doctor": "Examine the whole box.",
    "read": "Read points now.",
    "write": "Set an output or a virtual point.",
    "safe": "Put outputs into their safe states after a gateway was killed.",
    "command": "Let a module do something: calibrate, send, erase.",
    "history": "Show what was stored of a point or an alarm.",
    "alarms": "Show alarms, acknowledge and shelve them.",
    "rules": "Try rules and alarms on the past.",
    "export": "Write stored records as CSV or Parquet.",
    "record": "Write down what a board answers.",
    "replay": "Play a recording back without its board.",
    "twin": "Let other programs talk to the virtual board.",
    "install": "Set up the service of this box, or remove it.",
    "claim": "Print a new claim code for the first user.",
    "lora": "Plan LoRaWAN boards, write and check files of forwarders.",
    "catalog": "Look up boards, modules, chips and connectors.",
}


class _Commands(click.Group):
    """Imports a command's file only when it is used: `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Who closed the other end of our output has seen enough, which is no failure."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _write_to_nobody()
            return None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=_Commands,
    epilog="Start with: wisgate demo",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="wisgate", prog_name="wisgate")
def wisgate() -> None:
    """The software of the RAK7391 WisGate Connect: one process, one file.

    Exit codes: 0 fine, 1 runtime failure, 2 the file is wrong, 3 the plan conflicts or cannot fit,
    4 the hardware differs from the plan, 64 wrong usage of a command.
    """


def main(arguments: list[str] | None = None) -> None:
    """Entry point: runs a command; errors become one clear text on stderr and an exit code."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> Any:
    try:
        colours = False if os.environ.get("NO_COLOR") else None  # None: in a terminal
        return (
            wisgate.main(arguments, prog_name="wisgate", standalone_mode=False, color=colours) or 0
        )
    except click.exceptions.NoArgsIsHelpError as shown:
        click.echo(shown.format_message())
        return USAGE_EXIT
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return USAGE_EXIT
    except WisgateError as error:
        click.echo(str(error), err=True)
        return error.exit_code


def _write_to_nobody() -> None:
    """What is still in the buffer would fail once more when Python ends."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nobody, sys.stdout.fileno())
    os.close(nobody)
