"""What holds for every plan: claims are symmetric, names mean nothing, order means nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import CATALOG, LAYOUTS, disputes, planned

from wisgate.config.model import Config, SlotConfig, Where
from wisgate.plan.claims import Claim, can_share, clashes
from wisgate.plan.findings import Severity
from wisgate.plan.plan import applied, make

CLAIMS = st.builds(
    Claim,
    resource=st.sampled_from(["i2c-1 address 0x41", "U133 line 4", "rail 3V3"]),
    owner=st.sampled_from(["a", "b", "c"]),
    where=st.sampled_from(["gateway.toml:3", "gateway.toml:7", "catalog"]),
    source=st.just("S3"),
    shared=st.booleans(),
    claimant=st.sampled_from(["wisblock-1", "wisblock-2", "board"]),
    soft=st.booleans(),
)
SLOTS = {
    "rak7391": [s.name for s in CATALOG.boards["rak7391"].slots],
    "rak5005-o": [s.name for s in CATALOG.boards["rak5005-o"].slots],
}
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Any modules in any slots of a board, fitting or not."""
    board = draw(st.sampled_from(sorted(SLOTS)))
    chosen = draw(st.lists(st.sampled_from(SLOTS[board]), unique=True, max_size=4))
    slots = tuple(
        SlotConfig(
            Where("gateway.toml", 3 + 4 * place),
            slot,
            draw(st.sampled_from(sorted(CATALOG.modules))),
            draw(st.sampled_from([0.0, 0.01, 1.0])),
            (),
        )
        for place, slot in enumerate(chosen)
    )
    core = "rak4631" if board == "rak5005-o" else ""
    return Config("gateway.toml", "any", board, slots, (), core=core)


@given(CLAIMS, CLAIMS)
def test_sharing_is_symmetric(one: Claim, other: Claim) -> None:
    assert can_share(one, other) == can_share(other, one)
    assert can_share(one, one)


@given(st.lists(CLAIMS, max_size=8), st.randoms())
def test_order_of_claims_means_nothing(claims: list[Claim], random: object) -> None:
    shuffled = list(claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert clashes(claims) == clashes(shuffled)


@given(st.lists(CLAIMS, max_size=8))
def test_every_party_of_a_clash_has_an_opponent(claims: list[Claim]) -> None:
    for parties in clashes(claims):
        assert len({c.resource for c in parties}) == 1
        for party in parties:
            assert any(not can_share(party, other) for other in parties)


@settings(max_examples=60, deadline=None)
@given(configs(), st.randoms())
def test_order_of_slots_means_nothing(config: Config, random: object) -> None:
    slots = list(config.slots)
    random.shuffle(slots)  # type: ignore[attr-defined]
    one = make(config, CATALOG, cures=False)
    other = make(replace(config, slots=tuple(slots)), CATALOG, cures=False)
    assert [(f.severity, f.resource) for f in one.findings] == [
        (f.severity, f.resource) for f in other.findings
    ]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LAYOUTS), NAMES)
def test_renaming_keeps_a_plan_free(case: object, name: str) -> None:
    """The name of the gateway and those of the points are nothing that a plan looks at."""
    config = planned(case, cures=False).config  # type: ignore[arg-type]
    slots = tuple(
        replace(
            s,
            points=tuple(
                replace(p, point=replace(p.point, name=f"{name}_{s.slot[-1]}_{n}"))
                for n, p in enumerate(s.points)
            ),
        )
        for s in config.slots
    )
    renamed = make(replace(config, name=name, slots=slots), CATALOG, cures=False)
    assert renamed.conflicts == ()


def test_a_cure_may_leave_a_warning_of_a_conflict() -> None:
    """Leaving out the second of two receivers leaves the reset of the first on its supply."""
    slots = tuple(
        SlotConfig(Where("gateway.toml", line), slot, "rak12500", 0.0, ())
        for line, slot in ((3, "io"), (7, "sensor-b"))
    )
    plan = make(Config("gateway.toml", "any", "rak5005-o", slots, (), core="rak4631"), CATALOG)
    assert all(finding.cures for finding in plan.findings)


@settings(max_examples=40, deadline=None)
@given(configs())
def test_any_plan_can_be_cured(config: Config) -> None:
    """Every finding has a cure, and every cure takes its finding away and brings none."""
    plan = make(config, CATALOG)
    for finding in plan.findings:
        assert finding.cures, finding
        others = disputes(f for f in plan.findings if f is not finding)
        others |= {(resource, Severity.WARNING) for resource, _ in others}
        for cure in finding.cures:
            after = make(applied(config, cure.edits), CATALOG, cures=False)
            assert disputes(after.findings) <= others, cure.text


@settings(max_examples=60, deadline=None)
@given(configs(), st.sampled_from([1, 7, 100]))
def test_lines_of_the_file_change_no_verdict(config: Config, shift: int) -> None:
    moved = tuple(replace(s, where=Where(s.where.file, s.where.line + shift)) for s in config.slots)
    one = make(config, CATALOG, cures=False)
    other = make(replace(config, slots=moved), CATALOG, cures=False)
    assert [(f.severity, f.resource) for f in one.findings] == [
        (f.severity, f.resource) for f in other.findings
    ]
