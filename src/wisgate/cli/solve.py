"""wisgate solve: where modules can go on a board, before anything is bought or soldered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..core.errors import CatalogError, ConfigError, PlanConflict
from .options import json_option

if TYPE_CHECKING:
    from ..catalog.boards import Board
    from ..catalog.catalog import Catalog
    from ..catalog.modules import Module
    from ..plan.findings import Finding
    from ..plan.seats import Seat, Wish
    from ..plan.solve import Answer, Refusal, Solution

DEFAULT_CORE = "rak4631"


@click.command(
    epilog="Examples: wisgate solve rak7391 rak5801 rak12004 ·"
    " wisgate solve rak5005-o rak1901 rak1906 rak5801 --toml > gateway.toml ·"
    " wisgate solve rak7391 rak16000 rak16001 --option rak16000.address=0x44",
    short_help="Find slots, straps and addresses for modules.",
)
@click.argument("on", metavar="BOARD")
@click.argument("names", metavar="MODULE…", nargs=-1)
@click.option("--core", metavar="CORE", help=f"Of a WisBlock base [default: {DEFAULT_CORE}].")
@click.option("--option", "options", metavar="MODULE.OPTION=VALUE", multiple=True,
              help="How a module is set already; it stays so.")  # fmt: skip
@click.option("--keep", "kept", metavar="SLOT=MODULE", multiple=True,
              help="A module that must be in that slot.")  # fmt: skip
@click.option("--most", metavar="N", type=click.IntRange(1), default=5, show_default=True,
              help="Answers at most.")  # fmt: skip
@click.option("--toml", "as_toml", is_flag=True, help="Print the best answer as a gateway.toml.")
@json_option
def command(
    on: str, names: tuple[str, ...], core: str | None, options: tuple[str, ...],
    kept: tuple[str, ...], most: int, as_toml: bool, as_json: bool,
) -> None:  # fmt: skip
    """Find where MODULE… can go on BOARD: slots, straps, addresses.

    The answers need as little work at the bench as possible; the best comes first. What cannot be
    placed is named with the conflict that remains, beside answers for as many modules as fit
    together; the exit code is 3 then.
    """
    from ..catalog.catalog import load
    from ..plan.skeleton import skeleton, vacant
    from ..plan.solve import solve

    catalog = load()
    board = _board(catalog, on)
    wishes = _wishes(catalog, board, names, options, kept)
    base = vacant(board, _core(catalog, board, core), catalog)
    found = solve(base, wishes, catalog, most)
    if as_json:
        _print_json(found, wishes, base.board, base.core)
    elif not as_toml:
        _print_answers(found)
    elif found.answers:
        click.echo(skeleton(found.answers[0], wishes), nl=False)
    if found.refusals:
        raise PlanConflict("\n".join(_refused(r) for r in found.refusals))


def _board(catalog: Catalog, asked: str) -> Board:
    """By its id without a look at the others, which takes a while to read."""
    from ..catalog.lookup import board

    name = asked.lower()
    found = catalog.boards[name] if name in catalog.boards else board(catalog, asked)
    if not found.slots:
        raise CatalogError(f"{found.id} has no slots to place modules in")
    return found


def _core(catalog: Catalog, board: Board, asked: str | None) -> str:
    from ..catalog.lookup import board as find_board

    if board.slot("core") is None:
        if asked:
            raise CatalogError(f"{board.id} takes no core; leave --core away")
        return ""
    if asked is None:
        return DEFAULT_CORE
    core = find_board(catalog, asked)
    if core.form != "core":
        raise CatalogError(f"{core.id} is no core; write --core {DEFAULT_CORE}")
    return core.id


def _module(catalog: Catalog, asked: str) -> Module:
    from ..catalog.lookup import find
    from ..catalog.modules import Module

    name = asked.lower()
    found = catalog.modules[name] if name in catalog.modules else find(catalog, asked)
    if not isinstance(found, Module):
        raise CatalogError(f"{asked} is no module, but a {type(found).__name__.lower()}")
    if found.form == "power":
        raise CatalogError(
            f"{found.id} is a source of power and sits in no slot; say so in [power] of the file"
        )
    return found


def _wishes(
    catalog: Catalog, board: Board, names: tuple[str, ...], options: tuple[str, ...],
    kept: tuple[str, ...],
) -> tuple[Wish, ...]:  # fmt: skip
    from ..plan.seats import Wish

    slots = [_kept(catalog, board, text) for text in kept]
    wanted: list[tuple[Module, str]] = []
    for name in names:
        module = _module(catalog, name)
        pinned = next((k for k in slots if k[0].id == module.id), None)
        if pinned:
            slots.remove(pinned)
        wanted.append(pinned or (module, ""))
    wanted = [*slots, *wanted]
    if not wanted:
        raise click.UsageError("name at least one module, such as: wisgate solve rak7391 rak5801")
    chosen = [_option(catalog, text) for text in options]
    for name, key, _ in chosen:
        if name not in [m.id for m, _ in wanted]:
            raise click.UsageError(f"--option {name}.{key}: {name} is not among the modules")
    return tuple(
        Wish(m, tuple((k, v) for name, k, v in chosen if name == m.id), slot) for m, slot in wanted
    )


def _kept(catalog: Catalog, board: Board, text: str) -> tuple[Module, str]:
    from ..config.readers import did_you_mean

    slot, sign, name = text.partition("=")
    if not sign:
        raise click.UsageError(f'--keep {text}: write SLOT=MODULE, such as "wisblock-1=rak5801"')
    if board.slot(slot) is None:
        cure = did_you_mean(slot, [s.name for s in board.slots], "its slots")
        raise click.UsageError(f'--keep {text}: {board.id} has no slot "{slot}"; {cure}')
    return _module(catalog, name), slot


def _option(catalog: Catalog, text: str) -> tuple[str, str, Any]:
    from ..config.readers import did_you_mean
    from ..config.slots import option_value

    name, dot, rest = text.partition(".")
    key, sign, written = rest.partition("=")
    if not (dot and sign):
        example = "rak16000.address=0x44"
        raise click.UsageError(f'--option {text}: write MODULE.OPTION=VALUE, such as "{example}"')
    module = _module(catalog, name)
    entry = next((o for o in module.options if o.name == key), None)
    if entry is None:
        cure = did_you_mean(key, [o.name for o in module.options], "its options")
        raise click.UsageError(f'--option {text}: {module.id} has no option "{key}"; {cure}')
    value = _value(written)
    try:
        option_value(entry, value)
    except ConfigError as error:
        raise click.UsageError(f"--option {text}: {error}") from error
    return module.id, key, value


def _value(written: str) -> Any:
    """As TOML has it; what TOML does not understand is a text without its quotes."""
    import tomllib

    try:
        return tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written


def _print_answers(found: Solution) -> None:
    for number, answer in enumerate(found.answers, 1):
        width = max(len(s.placement.slot.name) for s in answer.seats)
        for line, seat in enumerate(answer.seats):
            mark = click.style(f"{number:2}.", bold=True) if line == 0 else "   "
            placed = seat.placement
            row = f"{mark} {placed.slot.name:{width}}  {placed.module.id:12}{_address(seat)}"
            click.echo(row.rstrip())
        for step in answer.steps:
            click.echo(f"    do: {step.text}")
        for warning in answer.plan.warnings:
            click.echo(f"    warning: {_told(warning)}")


def _address(seat: Seat) -> str:
    address = seat.placement.address
    return "" if address is None else f"{address:#04x}"


def _told(finding: Finding) -> str:
    """Without places in a file: there is none yet."""
    sides = [f"        {c.owner}" + (f" (source: {c.source})" if c.source else "")
             for c in finding.claims]  # fmt: skip
    return "\n".join([f"{finding.resource}: {finding.text}", *sides])


def _refused(refusal: Refusal) -> str:
    return f"{refusal.module} cannot be placed: {_told(refusal.finding)}"


def _print_json(found: Solution, wishes: tuple[Wish, ...], board: str, core: str) -> None:
    import msgspec

    told = {
        "board": board,
        "core": core,
        "answers": [_answer(a, wishes) for a in found.answers],
        "refused": [{"module": r.module, **_finding(r.finding)} for r in found.refusals],
    }
    click.echo(msgspec.json.format(msgspec.json.encode(told)).decode())


def _answer(answer: Answer, wishes: tuple[Wish, ...]) -> dict[str, Any]:
    from ..plan.skeleton import skeleton

    return {
        "slots": [
            {"slot": s.placement.slot.name, "module": s.placement.module.id,
             "address": _address(s), "steps": [x.text for x in s.steps]}
            for s in answer.seats
        ],
        "steps": [s.text for s in answer.steps],
        "warnings": [_finding(w) for w in answer.plan.warnings],
        "toml": skeleton(answer, wishes),
    }  # fmt: skip


def _finding(finding: Finding) -> dict[str, Any]:
    claims = [{"owner": c.owner, "source": c.source} for c in finding.claims]
    return {"resource": finding.resource, "text": finding.text, "claims": claims}
