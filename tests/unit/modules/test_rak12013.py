"""RAK12013 on the virtual board: the radar needs its enable line; the rest is in
test_motion_modules."""

from __future__ import annotations

from module_bench import HEAD, slot

from wisgate.board.prompt import open_modules


def test_pulled_and_put_back_it_settles_anew() -> None:
    with open_modules(HEAD + slot(1, "rak12013")) as board:
        board.world.set("person.moving", 0)
        board.sleep(40)
        assert board.read("wisblock-1")[0].value is False
        board.twins.pull("wisblock-1")
        board.twins.plug("wisblock-1")
        board.world.set("person.moving", 1)
        board.sleep(40)
        motion, events = board.read("wisblock-1")
        assert (motion.value, events.value) == (True, 1)
