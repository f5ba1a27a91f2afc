"""What fits on a bus: the time that every lane is busy, and samples that cannot fit. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..catalog.facts import Fitted
from ..catalog.modules import Conversation
from ..config.model import ScheduleConfig, SlotConfig, UnitConfig
from ..core.quantities import parse
from .claims import CATALOG, Claim
from .findings import Cure, Edit, Finding, Severity
from .resources import ADC_REF, Placement, Wiring

I2C_HZ = 100e3
FAST_HZ = 400e3
CHARACTER_BITS = 11  # as protocols/modbus counts
REQUEST_BYTES = 8
ANSWER_BYTES = 5  # unit, function, count, CRC
TURNAROUND_S = 0.02  # a unit thinks, and a USB bridge delivers up to 16 ms late
FULL = 0.8
"""Share of a lane that may be planned; the rest is for writes, retries and the operator."""
NICE = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
        1800.0, 3600.0)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One sample of one group: how long it keeps its lane busy, and how often."""

    lane: str
    owner: str
    where: str
    points: tuple[str, ...]
    seconds: float
    interval: float
    table: str
    """Where its interval stands: "slot wisblock-1"."""
    key: str = "interval"
    source: str = ""

    @property
    def share(self) -> float:
        return self.seconds / self.interval


@dataclass(frozen=True)
class LaneBudget:
    """A lane: a bus, a serial line, or the slot ADC."""

    lane: str
    jobs: tuple[Job, ...]

    @property
    def share(self) -> float:
        """Of its time; 1 is always busy."""
        return sum(job.share for job in self.jobs)


def lane_budgets(wiring: Wiring, placements: Sequence[Placement]) -> tuple[LaneBudget, ...]:
    """Every lane that something is sampled on."""
    jobs = [j for p in placements for j in _jobs(wiring, p) if j.interval > 0]
    jobs += _onboard(wiring)
    lanes = dict.fromkeys(j.lane for j in jobs)
    return tuple(LaneBudget(x, tuple(j for j in jobs if j.lane == x)) for x in lanes)


def clock(wiring: Wiring, name: str) -> float:
    """Of an I2C bus, in hertz."""
    if wiring.config.host.i2c_clock is not None:
        return wiring.config.host.i2c_clock
    bus = next((b for b in wiring.board.buses if b.name == name), None)
    return parse(bus.clock, "frequency").si if bus and bus.clock else I2C_HZ


def wire_time(entry: Conversation, hertz: float) -> float:
    """Seconds on an I2C bus: every byte and address is nine bits, START and STOP two."""
    addresses = 2 * entry.transactions if entry.reads else entry.transactions
    return ((entry.writes + entry.reads + addresses) * 9 + 2 * entry.transactions) / hertz


def _jobs(wiring: Wiring, placement: Placement) -> Iterator[Job]:
    config, module = placement.config, placement.module
    for unit in config.units:
        yield _unit_job(wiring, placement, unit)
    schedules = config.schedules or ((None,) if config.frames else ())
    for schedule in schedules if placement.options.get("role") == "commander" else ():
        yield _lin_job(wiring, placement, schedule)
    base = Job(
        wiring.i2c(placement.slot),
        placement.title,
        str(config.where),
        tuple(p.point.name for p in config.points),
        0.0,
        config.interval,
        f"slot {placement.slot.name}",
    )
    for entry in module.conversation if not config.units else ():
        yield from _conversation(wiring, placement, entry, replace(base, source=entry.source))


def _conversation(
    wiring: Wiring, placement: Placement, entry: Conversation, base: Job
) -> Iterator[Job]:
    """One entry of the catalog on the lanes that it keeps busy."""
    wait = parse(entry.wait, "time").si
    if entry.bus == "I2C1" and base.lane:
        held = wait if entry.held else 0.0
        yield replace(base, seconds=wire_time(entry, clock(wiring, base.lane)) + held)
    chip = _behind(wiring, placement, {"ADC": ("AIN0", "AIN1"), "IO": ("IO1",)}.get(entry.bus, ()))
    if chip is not None and chip.bus.startswith("i2c"):
        seconds = wire_time(entry, clock(wiring, chip.bus))
        yield replace(base, lane=chip.bus, seconds=seconds)
        if entry.bus == "ADC":
            yield replace(base, lane=chip.ref, seconds=wait + seconds)


def _behind(wiring: Wiring, placement: Placement, names: Sequence[str]) -> Fitted | None:
    """The expander or converter of the board that serves one of these signals."""
    signals = (wiring.signal(placement.slot, name) for name in names)
    refs = (s.chip for s in signals if s is not None and s.chip)
    return next((chip for ref in refs if (chip := wiring.board.chip(ref)) is not None), None)


def _unit_job(wiring: Wiring, placement: Placement, unit: UnitConfig) -> Job:
    baud = placement.options.get("baud")
    rate = baud if isinstance(baud, int) else 9600
    return Job(
        _uart(wiring, placement),
        f"{placement.title} unit {unit.name}",
        str(unit.where),
        tuple(f"{unit.name}_{r.name}" for r in unit.registers),
        unit_time(unit, rate),
        unit.interval,
        f"slot {placement.slot.name}",
        f"unit {unit.name}",
        "modules sheet 4.2: 11 bits per character, t3.5 between frames",
    )


def _lin_job(wiring: Wiring, placement: Placement, schedule: ScheduleConfig | None) -> Job:
    """One run of a LIN schedule. Where there are several, each has the bus for itself."""
    config = placement.config
    several = len(config.schedules) > 1
    name = f" schedule {schedule.name}" if schedule else ""
    return Job(
        f"{_uart(wiring, placement)}{name if several else ''}",
        f"{placement.title}{name}",
        str(schedule.where if schedule else config.where),
        tuple(f"{f.name}_{s.name}" for f in config.frames for s in f.signals),
        schedule_time(config, placement.options, schedule),
        config.interval,
        f"slot {placement.slot.name}",
        "",
        "modules sheet 4.7: 1.4 times header and response, in steps of 5 ms",
    )


def schedule_time(
    config: SlotConfig, options: Mapping[str, object], schedule: ScheduleConfig | None
) -> float:
    """Seconds of one run of a LIN schedule; without one every frame has its turn."""
    from ..protocols.lin_frames import turn_s

    baud = options.get("baud")
    rate = baud if isinstance(baud, int) else 19200
    turns = {frame.name: turn_s(frame.size, rate) for frame in config.frames}
    if schedule is None:
        return sum(turns.values())
    return sum(e.delay or turns.get(e.frame, 0.0) for e in schedule.entries)


def _uart(wiring: Wiring, placement: Placement) -> str:
    signal = wiring.signal(placement.slot, "UART1")
    return (signal.uart if signal else "") or "uart"


def unit_time(unit: UnitConfig, baud: int) -> float:
    """Seconds of one round of a Modbus unit: requests, answers, silences and turnarounds."""
    # Loaded when a file has units: framing costs 50 ms of every start.
    from ..protocols.modbus import silence
    from ..protocols.modbus_spans import plan_reads

    total = 0.0
    for span in plan_reads(unit.registers):
        answer = ANSWER_BYTES + (-(-span.count // 8) if span.table.holds_bits else 2 * span.count)
        characters = REQUEST_BYTES + answer
        total += characters * CHARACTER_BITS / baud + 2 * silence(baud) + TURNAROUND_S
    return total


def _onboard(wiring: Wiring) -> list[Job]:
    """The carrier's own functions, as the catalog says what one sampling moves."""
    jobs = []
    for function in wiring.config.onboard:
        entry = next((f for f in wiring.board.onboard if f.name == function.name), None)
        chip = wiring.board.chip(entry.chip) if entry and entry.chip else None
        if (
            entry is None
            or chip is None
            or not chip.bus.startswith("i2c")
            or function.interval <= 0
        ):
            continue
        seconds = (9 * entry.bytes + 2 * entry.transactions) / clock(wiring, chip.bus)
        names = tuple(p.point.name for p in function.points)
        owner, table = f"{wiring.board.id}: {function.name}", f"onboard {function.name}"
        where = str(function.where)
        jobs.append(Job(chip.bus, owner, where, names, seconds, function.interval, table))
    return jobs


def bus_findings(wiring: Wiring, lanes: Iterable[LaneBudget]) -> Iterator[Finding]:
    """Lanes that are asked for more than they have; the cheapest cure first."""
    for lane in lanes:
        if lane.share > FULL:
            yield _too_much(wiring, lane)


def _too_much(wiring: Wiring, lane: LaneBudget) -> Finding:
    resource = f"time of {lane.lane}"
    jobs = sorted(lane.jobs, key=lambda j: -j.share)
    claims = tuple(
        Claim(
            resource,
            f"{j.owner}: {j.seconds * 1e3:.3g} ms every {j.interval:g} s",
            j.where,
            j.source,
            claimant=j.owner,
        )
        for j in jobs
    )
    claims = (*claims, Claim(resource, *_speed(wiring, lane), claimant="board"))
    point = next((p for j in jobs for p in j.points), jobs[0].owner)
    fits = lane.share <= 1.0
    severity = Severity.WARNING if fits else Severity.CONFLICT
    verdict = "hardly fits" if fits else "cannot fit"
    text = f"{lane.share:.0%} of it are wanted: {point} {verdict}"
    cures = tuple(_bus_cures(wiring, lane, jobs))
    return Finding(severity, "bus time", resource, text, claims, hints=cures)


def _speed(wiring: Wiring, lane: LaneBudget) -> tuple[str, str, str]:
    """What the lane can: owner, place and source of a claim."""
    board = wiring.board
    if lane.lane == ADC_REF:
        chip = board.chip(ADC_REF)
        return f"{board.id}: one conversion at a time", CATALOG, chip.source if chip else ""
    bus = next((b for b in board.buses if b.name == lane.lane), None)
    source = bus.source if bus else board.source
    if lane.lane.startswith("i2c"):
        hertz = clock(wiring, lane.lane)
        return f"{board.id}: {lane.lane} runs at {hertz / 1e3:g} kHz", CATALOG, source
    return f"{board.id}: one question at a time on {lane.lane}", CATALOG, source


def _bus_cures(wiring: Wiring, lane: LaneBudget, jobs: list[Job]) -> Iterator[Cure]:
    if lane.lane.startswith("i2c") and clock(wiring, lane.lane) < FAST_HZ:
        edit = Edit("host", "i2c_clock", FAST_HZ)
        yield Cure("clock the bus with 400 kHz: dtparam=i2c_arm_baudrate=400000", (edit,))
    if jobs[0].key.startswith("unit "):
        for baud in (19200, 38400, 57600, 115200):
            yield Cure(f"set the line to {baud} Bd", (Edit(jobs[0].table, "baud", baud),))
    slower = tuple(_slower(lane, jobs))
    if slower:
        told = ", ".join(f"{owner} every {interval:g} s" for owner, interval, _ in slower)
        yield Cure(f"sample less often: {told}", tuple(e for _, _, e in slower))


def _slower(lane: LaneBudget, jobs: list[Job]) -> Iterator[tuple[str, float, Edit]]:
    """Longer intervals for the greediest first, until the lane has room."""
    excess = lane.share - FULL
    for job in jobs:
        if excess <= 0 or not job.table.startswith("slot"):
            continue
        wanted = max(job.share - excess, FULL / (2 * len(jobs)))
        interval = next((n for n in NICE if n >= job.seconds / wanted), NICE[-1])
        if interval <= job.interval:
            continue
        excess -= job.share - job.seconds / interval
        yield job.owner, interval, Edit(job.table, job.key, interval)
