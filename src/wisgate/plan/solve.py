"""Where modules can go: every slot, strap, address and option tried, the answers ranked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from ..catalog.boards import Slot
from ..catalog.catalog import Catalog
from ..config.model import Config
from .claims import Claim
from .findings import Finding, Severity
from .ground import Ground, Soft
from .plan import Plan, make
from .seats import Seat, Step, Wish, fits, seated, seats, setups

MOST = 5
"""Answers that a user reads."""
MOST_MOVED = 100
"""Arrangements that are looked at for the reason why a module does not fit in."""
LASTING = ("limit", "power", "bus time")
"""Kinds of conflicts that another address does not cure."""

Places = tuple[Slot, ...]
Work = tuple[int, int]
"""Reworks, other changes."""


@dataclass(frozen=True)
class Answer:
    """A placement without conflicts."""

    plan: Plan
    seats: tuple[Seat, ...]
    """In the order of the board's slots."""
    steps: tuple[Step, ...]
    """What to change at the bench; nothing of it can be left away."""

    @property
    def rank(self) -> tuple[object, ...]:
        """Least work first, then fewest warnings, then slots in the board's order."""
        order = {s.name: n for n, s in enumerate(self.plan.board.slots)}
        asked = sorted(self.seats, key=lambda s: s.wish)
        used = [order[s.placement.slot.name] for s in asked]
        reworks = sum(s.rework for s in self.steps)
        doubts = sum(s.doubtful for s in self.steps)
        late = [len(s.steps) for s in asked]
        texts = [s.text for s in self.steps]
        work = reworks, len(self.steps) - reworks, doubts
        return *work, len(self.plan.warnings), sorted(used), used, late, texts


@dataclass(frozen=True)
class Refusal:
    """A module that no answer holds, and the shortest conflict that remains with it."""

    module: str
    finding: Finding


@dataclass(frozen=True)
class Solution:
    """Of all modules, or of the most that can be placed together."""

    answers: tuple[Answer, ...]
    refusals: tuple[Refusal, ...] = ()


@dataclass
class _Known:
    """What was found out about one assignment of slots. Threads: one."""

    found: list[tuple[frozenset[tuple[str, str]], int]] = field(default_factory=list)
    """Of each answer: the keys it changes, and its soft clashes."""
    hopeless: set[object] = field(default_factory=set)
    """External bus and options that no other address makes good."""

    @property
    def finished(self) -> bool:
        """Whether nothing can be better than what there is."""
        return any(not keys and not soft for keys, soft in self.found)

    def vain(self, keys: frozenset[tuple[str, str]], soft: int) -> bool:
        """Whether less work does the same."""
        return any(less <= keys and fewer <= soft for less, fewer in self.found)


def solve(base: Config, wishes: Sequence[Wish], catalog: Catalog, most: int = MOST) -> Solution:
    """Place `wishes` on the board of `base`, whose own slots are not looked at. When not all of
    them fit, the largest set that does is placed, those asked for first preferred."""
    search = _Search(base, wishes, catalog)
    everyone = range(len(wishes))
    for chosen in _largest_first(search, everyone):
        answers = search.answers(chosen, most)
        if answers:
            left = [n for n in everyone if n not in chosen]
            return Solution(answers, tuple(search.refusal(n, answers[0]) for n in left))
    return Solution((), tuple(search.refusal(n, None) for n in everyone))


def _largest_first(search: _Search, everyone: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Sets of wishes without those that hold a pair which cannot be together."""
    yield tuple(everyone)
    few = [c for size in (1, 2) for c in combinations(everyone, size)]
    apart = [frozenset(c) for c in few if not search.answers(c, 1)]
    for size in range(len(everyone) - 1, 0, -1):
        for chosen in combinations(everyone, size):
            if not any(a.issubset(chosen) for a in apart):
                yield chosen


class _Search:
    """What is known of one question. Threads: one."""

    def __init__(self, base: Config, wishes: Sequence[Wish], catalog: Catalog) -> None:
        self._catalog, self._wishes = catalog, wishes
        self._board = catalog.boards[base.board]
        core = catalog.boards.get(base.core) if base.core else None
        ways = setups(base, self._board)
        self._grounds = [Ground(self._board, core, config, steps) for config, steps in ways]
        self._order = {s.name: n for n, s in enumerate(self._board.slots)}
        self._seats: dict[tuple[int, str], list[Seat]] = {}
        self._rooms = [self._serving(n) for n in range(len(wishes))]

    def answers(self, chosen: Sequence[int], most: int) -> tuple[Answer, ...]:
        """The best answers for these wishes, best first; none when they do not fit together."""
        if self._crowded(chosen):
            return ()
        places = [(place, _Known()) for place in self._places(chosen)]
        found: list[Answer] = []
        for work in self._works(chosen):
            for place, known in places:
                if not known.finished:
                    found += self._answers(chosen, place, work, known)
            if len(found) >= most:
                break
        return tuple(sorted(found, key=lambda a: a.rank)[:most])

    def _crowded(self, chosen: Sequence[int]) -> bool:
        """Whether more modules need the same slots than there are."""
        rooms = [frozenset(s.name for s in self._rooms[n]) for n in chosen]
        return any(sum(r <= room for r in rooms) > len(room) for room in set(rooms))

    def _works(self, chosen: Sequence[int]) -> Iterator[Work]:
        """Least work first."""
        ways = [
            (max(s.reworks for s in possible), max(len(s.steps) for s in possible))
            for n in chosen
            for possible in [self._ways(n, s) for s in self._rooms[n][:1]]
        ]
        reworks = max(len(g.steps) for g in self._grounds) + sum(r for r, _ in ways)
        yield from product(range(reworks + 1), range(sum(c for _, c in ways) + 1))

    def _ways(self, number: int, slot: Slot) -> list[Seat]:
        """Of one wish in one slot."""
        key = number, slot.name
        if key not in self._seats:
            self._seats[key] = seats(number, self._wishes[number], slot)
        return self._seats[key]

    def _fitting(self, number: int) -> list[Slot]:
        wish = self._wishes[number]
        possible = (s for s in self._board.slots if wish.slot in ("", s.name))
        return [s for s in possible if fits(wish.module, s)]

    def _serving(self, number: int) -> list[Slot]:
        """Slots in which a module can be when nothing else is there."""
        return [
            slot
            for slot in self._fitting(number)
            if any(g.alone(w) is not None for w in self._ways(number, slot) for g in self._grounds)
        ]

    def _places(self, chosen: Sequence[int], before: Places = ()) -> Iterator[Places]:
        """A slot for each wish; wishes that are the same come in one order only."""
        if len(before) == len(chosen):
            yield before
            return
        wish = self._wishes[chosen[len(before)]]
        twins = [b for n, b in zip(chosen, before, strict=False) if self._wishes[n] == wish]
        least = max((self._order[b.name] for b in twins), default=-1)
        for slot in self._rooms[chosen[len(before)]]:
            if slot not in before and self._order[slot.name] > least:
                yield from self._places(chosen, (*before, slot))

    def _answers(
        self, chosen: Sequence[int], place: Places, work: Work, known: _Known
    ) -> Iterator[Answer]:
        """Answers in these slots that take exactly `work`, none of it in vain."""
        for ground, taken, soft in self._candidates(chosen, place, work):
            steps = (*ground.steps, *(s for seat in taken for s in seat.steps))
            keys = frozenset((s.edit.table, s.edit.key) for s in steps)
            same = ground.external, _options(steps)
            if same in known.hopeless or known.vain(keys, soft):
                continue
            plan = make(seated(ground.config, taken), self._catalog, cures=False)
            if any(c.kind in LASTING for c in plan.conflicts):
                known.hopeless.add(same)
            elif not plan.conflicts:
                known.found.append((keys, soft))
                ordered = sorted(taken, key=lambda s: self._order[s.placement.slot.name])
                yield Answer(plan, tuple(ordered), steps)

    def _candidates(
        self, chosen: Sequence[int], place: Places, work: Work
    ) -> Iterator[tuple[Ground, tuple[Seat, ...], int]]:
        """Seats that get on with the board and in pairs, and with how many soft clashes."""
        for ground in self._grounds:
            ways = [self._ways(n, s) for n, s in zip(chosen, place, strict=True)]
            left = work[0] - len(ground.steps), work[1]
            for taken, soft in _descend(ground, ways, left):
                yield ground, taken, len(soft)

    def refusal(self, number: int, best: Answer | None) -> Refusal:
        """Why one more module does not go beside `best`: the shortest conflict that remains."""
        wish = self._wishes[number]
        others = best.seats if best else ()
        arranged = list(islice(self._arranged(number, others), MOST_MOVED))
        if not arranged and (rooms := self._rooms[number]):
            return Refusal(wish.module.id, _full(wish, rooms, others))
        if not arranged:
            slots = self._fitting(number) or _similar(wish, self._board.slots)
            arranged = [(*others, seat) for s in slots for seat in self._ways(number, s)[:1]]
        base = best.plan.config if best else self._grounds[0].config
        plans = [make(seated(base, taken), self._catalog, cures=False) for taken in arranged]
        return Refusal(wish.module.id, _shortest(plans, f"module:{number + 1}"))

    def _arranged(self, number: int, others: Sequence[Seat]) -> Iterator[tuple[Seat, ...]]:
        """One more module beside `others`: in a free slot, or after the others moved."""
        chosen = [s.wish for s in others]
        taken = {s.placement.slot.name for s in others}
        free = [s for s in self._rooms[number] if s.name not in taken]
        for slot in free:
            yield from ((*others, seat) for seat in self._ways(number, slot))
        for place in self._places([*chosen, number]) if not free else ():
            moved = [self._moved(s, p) for s, p in zip(others, place, strict=False)]
            yield from ((*moved, seat) for seat in self._ways(number, place[-1]))

    def _moved(self, seat: Seat, slot: Slot) -> Seat:
        """The same in another slot."""
        ways = self._ways(seat.wish, slot)
        return next(w for w in ways if w.placement.config.options == seat.placement.config.options)


def _descend(
    ground: Ground, ways: Sequence[list[Seat]], left: Work, taken: tuple[Seat, ...] = (),
    soft: Soft = frozenset(),
) -> Iterator[tuple[tuple[Seat, ...], Soft]]:  # fmt: skip
    """A seat of each of `ways` that get on with those before; `left` is used up in the end."""
    if len(taken) == len(ways):
        if left == (0, 0):
            yield taken, soft
        return
    for seat in ways[len(taken)]:
        rest = left[0] - seat.reworks, left[1] - (len(seat.steps) - seat.reworks)
        if min(rest) >= 0 and (more := ground.joined(seat, taken)) is not None:
            yield from _descend(ground, ways, rest, (*taken, seat), soft | more)


def _options(steps: Sequence[Step]) -> frozenset[object]:
    """What they change besides addresses."""
    edits = (s.edit for s in steps if s.edit.key not in ("address", "adc"))
    return frozenset((e.table, e.key, e.value) for e in edits)


def _shortest(plans: Sequence[Plan], where: str) -> Finding:
    """Of the plans with the fewest conflicts: what no strap can change first, then the shortest,
    the module at `where` among its claimants."""
    fewest = min(len(p.conflicts) for p in plans)
    remaining = [c for p in plans if len(p.conflicts) == fewest for c in p.conflicts]
    own = [c for c in remaining if any(x.where == where for x in c.claims)] or remaining
    return min(own, key=lambda c: (not c.resource.startswith("connector of "), len(str(c))))


def _full(wish: Wish, slots: Sequence[Slot], others: Sequence[Seat]) -> Finding:
    names = [s.name for s in slots]
    resource = f"slots that take the {wish.module.id}"
    claims = tuple(
        Claim(resource, s.placement.title, str(s.placement.config.where), s.placement.slot.source)
        for s in others
        if s.placement.slot.name in names
    )
    text = f"the board has {len(names)} of them, {', '.join(names)}, and others are there"
    return Finding(Severity.CONFLICT, "slot", resource, text, claims)


def _similar(wish: Wish, slots: Sequence[Slot]) -> list[Slot]:
    """Slots to show that a module does not mate: the one it is kept for, or the most alike."""
    family = wish.module.connector.partition("-")[0]
    kept = [s for s in slots if s.name == wish.slot]
    return kept or [s for s in slots if s.connector.startswith(family)] or list(slots)
