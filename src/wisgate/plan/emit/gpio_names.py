"""gpio-names: a device-tree overlay that names the lines of the expanders after their use.

Its nodes have the path of those in the vendor's overlay rak7391, which names the lines IO0_0 to
IO3_7 (P10 rak7391.dts): loaded after it, it only renames; alone, it does the same work. Names are
at most 31 characters: the GPIO character device cuts longer ones (GPIO_MAX_NAME_SIZE is 32)."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalog.carrier import Allocation
from ...catalog.facts import Fitted
from .order import HOST, Order, UsedLine, chip_label, commented, expanders, slug, used_lines

NAME_LENGTH = 31
INSTALL = """\
 *     wisgate emit {file} gpio-names -o wisgate-lines.dts
 *     dtc -@ -I dts -O dtb -o /boot/firmware/overlays/wisgate-lines.dtbo wisgate-lines.dts
 *
 * Then write dtoverlay=wisgate-lines into config.txt below dtoverlay=rak7391 (RAKPiOS 0.10), or
 * instead of the two pca953x lines (0.8), and restart. Chips are known by their label, never by
 * their number, which depends on the order of overlays:
"""


def lacks(order: Order) -> str:
    """What the plan lacks for this kind; "" when it applies."""
    return "" if expanders(order.board) else "a board with GPIO expanders"


def text(order: Order) -> str:
    """The overlay, with a table of the lines for gpioget, gpioset and gpioinfo."""
    chips = expanders(order.board)
    fragments = (_fragment(order, n, chip) for n, chip in enumerate(chips))
    return "\n".join(
        [
            "/dts-v1/;",
            "/plugin/;",
            "",
            *_head(order, chips),
            "/ {",
            '\tcompatible = "brcm,bcm2835";',
            *(line for fragment in fragments for line in fragment),
            "};",
            "",
        ]
    )


def _head(order: Order, chips: list[Fitted]) -> Iterator[str]:
    config = order.plan.config
    yield f"/* GPIO lines of {config.name} ({order.board.id}), named after their use."
    yield " *"
    yield INSTALL.format(file=commented(config.file)).rstrip("\n")
    yield " *"
    for chip in chips:
        yield f" * {chip_label(chip)}: {chip.title or chip.ref} ({chip.ref}, 0x{chip.address:02x})"
        for entry, name in _names(order, chip):
            if name != entry.name:
                yield f" *   {entry.line:2}  {name:{NAME_LENGTH}}  {_told(order, entry)}"
    yield from _host_table(order)
    yield " */"
    yield ""


def _host_table(order: Order) -> Iterator[str]:
    found = [used for used in used_lines(order) if used.chip == HOST]
    if not found:
        return
    yield " * pinctrl-bcm2711: lines of the compute module; the firmware names them, not this file"
    for used in found:
        yield f" *   {used.line:2}  {f'GPIO{used.line}':{NAME_LENGTH}}  {_use(used)}"


def _fragment(order: Order, number: int, chip: Fitted) -> Iterator[str]:
    yield ""
    yield f"\tfragment@{number} {{"
    yield f"\t\ttarget = <&i2c{chip.bus.removeprefix('i2c-')}>;"
    yield "\t\t__overlay__ {"
    yield "\t\t\t#address-cells = <1>;"
    yield "\t\t\t#size-cells = <0>;"
    yield '\t\t\tstatus = "okay";'
    yield ""
    yield f"\t\t\tpca@{chip.address:x} {{"
    yield '\t\t\t\tcompatible = "nxp,pca9555";'
    yield f"\t\t\t\treg = <0x{chip.address:02x}>;"
    yield "\t\t\t\tgpio-controller;"
    yield "\t\t\t\t#gpio-cells = <2>;"
    yield "\t\t\t\tgpio-line-names ="
    names = [name for _, name in _names(order, chip)]
    for place, name in enumerate(names):
        yield f'\t\t\t\t\t"{name}"{";" if place == len(names) - 1 else ","}'
    yield "\t\t\t};"
    yield "\t\t};"
    yield "\t};"


def _names(order: Order, chip: Fitted) -> Iterator[tuple[Allocation, str]]:
    """Every line of `chip` by number, with the name that this plan gives it."""
    used = {u.line: u for u in used_lines(order) if u.chip == chip.ref}
    own = {entry.line: entry.name for entry in order.board.lines if entry.chip == chip.ref}
    allocated = (entry for entry in order.board.gpio if entry.chip == chip.ref)
    for entry in sorted(allocated, key=lambda e: e.line):
        if entry.line in used:
            yield entry, line_name(used[entry.line])
        else:
            yield entry, own.get(entry.line, entry.name)


def line_name(used: UsedLine) -> str:
    """ "wisblock-1.IO4.relay"; unique, because slot and signal are."""
    lead = f"{used.slot}.{used.use.signal}."
    return lead + slug(used.use.use, NAME_LENGTH - len(lead))


def _told(order: Order, entry: Allocation) -> str:
    for used in used_lines(order):
        if (used.chip, used.line) == (entry.chip, entry.line):
            return _use(used)
    return entry.use + (", active low" if entry.active_low else "")


def _use(used: UsedLine) -> str:
    active = ", active low" if used.use.active_low else ""
    return commented(f"{used.slot}: {used.module}, {used.use.direction}, {used.use.use}{active}")
