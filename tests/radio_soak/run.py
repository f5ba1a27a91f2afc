"""Play lives of a LoRaWAN gateway and judge them.

    python -m radio_soak.run --seeds 0-19

Must be started with LD_PRELOAD=disk.so (see `soak.disk.compile_library`). A seed that fails fails
again.
"""

from __future__ import annotations

import argparse
import logging
import sys
from random import Random

from soak.disk import CUT, Disk
from soak.lives import Verdict, in_memory, in_process, play

from wisgate.lorawan import frames
from wisgate.lorawan.backlog import for_now

from .box import Box
from .judge import judge
from .story import story
from .witness import Queued, Witness


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", default="0", help="one, or FROM-TO")
    parser.add_argument("--verbose", action="store_true", help="what the gateway logs")
    given = parser.parse_args()
    logging.disable(logging.NOTSET if given.verbose else logging.CRITICAL)
    return play(given.seeds, live)


def live(seed: int) -> Verdict:
    """One whole life."""
    with in_memory("wisgate-radio-") as folder:
        disk, witness = Disk(folder / "box"), Witness(folder / "witness")
        random, boots, ends = Random(f"disk {seed}"), [], []
        for planned in story(seed):
            boot = planned.not_before(witness.now + 5.0)
            box = Box(seed, boot, disk, witness, _counters(witness))
            code = in_process(box.run)
            if code != (0 if boot.end == "stop" else CUT):
                return Verdict([f"boot {boot.number} ended with {code}: {boot.end}"])
            boots.append(boot)
            ends.append(witness.now)
            disk.end(boot.end, random)
        return judge(witness.events(), boots, ends)


def _counters(witness: Witness) -> dict[int, int]:
    """How far the motes have counted."""
    heard = [e.phy for e in witness.events() if isinstance(e, Queued) and not for_now(e.phy)]
    return {frames.address(phy) & 0xFFFFFF: frames.counter(phy) for phy in heard}


if __name__ == "__main__":
    sys.exit(main())
