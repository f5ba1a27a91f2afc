"""Drives and file systems: room, whether they take writes, and how old they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...bus.host import Drive, Mount
from ...store.stats import StoreStats
from ..verdicts import Box, Level, Verdict, fine

LEAST_FREE = 0.05
"""Of a file system; below, the store soon has no room."""
LITTLE_FREE = 0.15
WORN = 0.8
SHORT_LIFE_YEARS = 5.0
GIGABYTE = 1e9


async def check(box: Box) -> Sequence[Verdict]:
    """File systems that are on a drive, and the drives; of an image nobody can write, nothing."""
    mounts = await box.host(lambda host: host.mounts())
    drives = await box.host(lambda host: host.drives())
    verdicts = [_room(mount) for mount in mounts if mount.kind != "squashfs"]
    return [
        *verdicts,
        *(v for drive in drives for v in _age(drive)),
        *of_store(box.gateway.store.stats),
    ]


def _room(mount: Mount) -> Verdict:
    subject = f"file system {mount.place}"
    if mount.read_only:
        return Verdict(
            Level.DIFFERENCE,
            "read-only",
            subject,
            f"takes no writes ({mount.drive})",
            "a file system that takes writes",
            "the kernel does that after errors of the drive: look at dmesg, check the file system,"
            " and replace the drive if it happens again",
        )
    part = mount.free / mount.total if mount.total else 1.0
    found = f"{mount.free / GIGABYTE:.1f} of {mount.total / GIGABYTE:.1f} GB free"
    if part >= LITTLE_FREE:
        return fine(subject, found)
    return Verdict(
        Level.DIFFERENCE if part < LEAST_FREE else Level.WARNING,
        "disk-full",
        subject,
        found,
        f"at least {LITTLE_FREE:.0%} free",
        "sudo du -xh -d2 / | sort -h shows what takes the room; max_size of [store] bounds ours,"
        " docker system prune frees unused images",
    )


def _age(drive: Drive) -> Iterator[Verdict]:
    subject = f"drive {drive.name}" + (f" ({drive.title})" if drive.title else "")
    old = drive.worn is not None and drive.worn >= WORN
    if old or drive.spare in ("warning", "urgent"):
        told = [f"{drive.worn:.0%} of its life is used"] if drive.worn is not None else []
        told += [f"its reserve says {drive.spare}"] if drive.spare else []
        yield Verdict(
            Level.DIFFERENCE if drive.spare == "urgent" else Level.WARNING,
            "drive-worn",
            subject,
            ", ".join(told),
            f"less than {WORN:.0%} used",
            "make a copy of it now, and plan to replace it",
        )
    elif drive.worn is not None:
        yield fine(subject, f"{drive.worn:.0%} of its life is used at most")
    else:
        yield fine(subject, "is there; it does not tell how much of its life is used")


def of_store(stats: StoreStats) -> Iterator[Verdict]:
    """Whether it takes records, and how long it lasts."""
    if error := stats.error:
        yield Verdict(
            Level.DIFFERENCE,
            "store-failed",
            "store",
            error,
            "a store that takes records",
            "make room, or check the drive; readings wait in memory meanwhile",
        )
        return
    found = f"{stats.records} records, {stats.bytes / 1e6:.1f} MB"
    if not stats.lasting:
        yield fine("store", f"{found}; how long it lasts is known a minute after the start")
    elif stats.flash_years is not None and stats.flash_years < SHORT_LIFE_YEARS:
        yield Verdict(
            Level.WARNING,
            "flash-wears-fast",
            "store",
            f"{found}, {stats.lasting}",
            f"a flash life of {SHORT_LIFE_YEARS:.0f} years and more",
            "sample less often or give points a deadband, or put the folder on another drive;"
            " when its maker promises more, say so with endurance of [store]",
        )
    else:
        yield fine("store", f"{found}, {stats.lasting}")
