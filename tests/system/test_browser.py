"""The dashboard of the demo in a real Chromium."""

from __future__ import annotations

import pytest
from browser import DESKTOP, PHONE, Demo, Page, chromium
from gateways import pump_house, running
from peers import free_port

pytestmark = [pytest.mark.peers, pytest.mark.timeout(120)]

PASSWORD = "correct horse"


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path / "gateway")
    (tmp_path / "gateway").mkdir()
    demo.start()
    yield demo
    demo.stop()


def value(page: Page, point: str) -> str:
    return page.text(f"[data-point={point}] .value")


def card(point: str) -> str:
    return f"[data-point={point}]"


def sign_up(page: Page, demo: Demo) -> None:
    page.one("#sign-in").click()
    page.fill(code=demo.claim_code.lower(), user="anna", password=PASSWORD)
    page.one("#sign-out")


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)])
def test_values_are_live_within_5_seconds(demo, tmp_path, size, dark):
    with chromium(tmp_path / "profile", size, dark) as page:
        page.driver.get(demo.url)
        page.wait(lambda: value(page, "tank_level").endswith("m"), 5, "no value in 5 s")
        first = value(page, "tank_level")
        page.wait(lambda: value(page, "tank_level") != first, 5, "the level stands still")
        assert page.text("#link") == "Live"
        assert page.text(f"{card('tank_level')} .status") == "good"
        assert "RAK5801" in page.text("[data-slot=wisblock-1]")
        assert "RAK13007" in page.text("[data-slot=wisblock-2]")
        assert page.script("document.documentElement.scrollWidth") <= size[0]
        assert page.complaints() == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_the_history_of_a_point_is_drawn(demo, tmp_path, size):
    drawn = """(() => {
        const canvas = document.querySelector(".chart canvas");
        if (!canvas || !canvas.width) return 0;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const probe = document.createElement("i");
        probe.style.color = "var(--accent)";
        document.body.append(probe);
        const accent = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
        probe.remove();
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
            if (accent.every((part, i) => Math.abs(data[at + i] - part) < 8) && data[at + 3] > 200)
                count += 1;
        return count;
    })()"""
    with chromium(tmp_path / "profile", size) as page:
        page.driver.get(demo.url)
        page.one(f"{card('tank_level')} .opener")
        page.driver.execute_script(
            "document.querySelector('[data-point=tank_level] .opener').click()"
        )
        page.wait(lambda: page.script(drawn) > 50, 15, "no line in the chart")
        page.one(".ranges button:nth-child(2)").click()
        page.one(".ranges button:nth-child(2)[aria-checked=true]")
        page.wait(lambda: page.script(drawn) > 2, why="no line in the chart of the last hour")
        assert page.script("document.documentElement.scrollWidth") <= size[0]
        page.one("dialog button[aria-label=Close]").click()
        page.wait(lambda: not page.all("dialog"))
        assert page.complaints() == []


def test_only_who_signed_in_switches_the_relay(demo, tmp_path):
    with chromium(tmp_path / "anna") as anna, chromium(tmp_path / "stranger") as stranger:
        anna.driver.get(demo.url)
        stranger.driver.get(demo.url)
        assert not anna.one(f"{card('pump')} .switch").is_enabled()
        sign_up(anna, demo)
        anna.one(f"{card('maintenance')} .switch:enabled").click()
        anna.one(f"{card('maintenance')} .switch[aria-checked=true]")
        switch_by_hand(anna, "pump")
        state = value(anna, "pump")
        stranger.wait(lambda: value(stranger, "pump") == state, 5, "others do not see it")
        assert not stranger.one(f"{card('pump')} .switch").is_enabled()
        assert "Sign in" in stranger.text(f"{card('pump')} .locked")
        request = """{ method: "PUT", headers: { "content-type": "application/json" },
            body: '{"value": true}' }"""
        answer = stranger.script(f"fetch('/api/v1/points/pump', {request}).then((a) => a.status)")
        assert answer == 401
        assert [c for c in anna.complaints() if "409" not in c] == []


def switch_by_hand(page: Page, point: str) -> None:
    """The pump must rest for a while before it may be switched; until then the gateway refuses."""

    def switched() -> bool:
        if "user anna" in page.text(f"{card(point)} .age"):
            return True
        page.one(f"{card(point)} .switch:enabled").click()
        return False

    page.wait(switched, 40, f"{point} cannot be switched")


def test_signing_out_and_in_again(demo, tmp_path):
    with chromium(tmp_path / "profile") as page:
        page.driver.get(demo.url)
        sign_up(page, demo)
        page.one("#sign-out").click()
        page.wait(lambda: not page.one(f"{card('maintenance')} .switch").is_enabled())
        page.one(f"{card('maintenance')} .locked").click()
        page.fill(user="anna", password=PASSWORD)
        page.one(f"{card('maintenance')} .switch:enabled").click()
        page.one(f"{card('maintenance')} .switch[aria-checked=true]")
        assert page.complaints() == []


def test_a_lost_connection_is_shown_and_recovers(demo, tmp_path):
    with chromium(tmp_path / "profile") as page:
        page.driver.get(demo.url)
        sign_up(page, demo)
        assert page.complaints() == []
        demo.stop()
        assert "lost" in page.text("#lost")
        assert page.text("#link") == "Not connected"
        assert not page.one(f"{card('pump')} .switch").is_enabled()
        assert page.text(f"{card('tank_level')} .status") == "stale"
        demo.start()
        page.wait(lambda: page.text("#link") == "Live", 20, "it does not come back")
        page.wait(lambda: not page.all("#lost"))
        before = value(page, "tank_level")
        page.wait(lambda: value(page, "tank_level") != before, why="nothing is live again")
        assert page.text("#sign-in") == "Sign in"
        assert all("ERR_" in complaint for complaint in page.complaints())


def test_cards_are_shown_where_they_are_and_not_as_empty_sockets(tmp_path):
    placed = {"mpcie-2": "rak5146-usb", "poe": "rak9063a"}
    more = "".join(f'[[slot]]\nslot = "{s}"\nmodule = "{m}"\n' for s, m in placed.items())
    file = pump_house(tmp_path, free_port(), more=more)
    with (
        running(tmp_path, file, tmp_path / "data") as gateway,
        chromium(tmp_path / "profile") as page,
    ):
        page.driver.get(gateway.url)
        assert "RAK5146-USB" in page.text("[data-slot=mpcie-2]")
        assert "mPCIe 1" in page.text("[data-slot=mpcie-1]")
        for slot, module in placed.items():
            row = page.text(f"[data-placed={slot}]")
            assert module.upper() in row
            assert "not driven" in row
        assert not page.all("[data-placed=mpcie-1]")
        assert page.complaints() == []
        gateway.stop()


def test_the_little_display_shows_its_dots(demo, tmp_path):
    count = """(() => {
      const canvas = document.querySelector("figure.display canvas");
      if (!canvas) return -1;
      const dots = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      let lit = 0;
      for (let at = 3; at < dots.length; at += 4) lit += dots[at] > 0 ? 1 : 0;
      return lit;
    })()"""
    with chromium(tmp_path / "profile", DESKTOP) as page:
        page.driver.get(demo.url)
        page.wait(lambda: page.script(count) > 500, why="the display stayed dark")
        assert page.script(count) < 128 * 64 / 2
        label = page.one("figure.display canvas").get_attribute("aria-label")
        assert label == "What the display shows"


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, True), (PHONE, False)])
def test_frames_are_shown_as_they_come(demo, tmp_path, size, dark):
    with chromium(tmp_path / "profile", size, dark) as page:
        page.driver.get(demo.url)
        page.one(".views a:nth-child(2)", 20).click()
        page.wait(lambda: len(page.all(".frames li[data-frame]")) > 1, 40, "no frames")
        first = page.all(".frames li[data-frame]")[0].get_attribute("data-frame")
        assert "message" in page.text(".frames li[data-frame] .kind")
        assert page.text(".frames li[data-frame] .who").startswith("26011b")
        page.wait(
            lambda: page.all(".frames li[data-frame]")[0].get_attribute("data-frame") != first,
            30, "no new frame on top",
        )  # fmt: skip
        assert [e.text for e in page.all("[data-board] b")] == ["roof", "shed"]
        assert len(page.all("[data-band] .bar")) > 3
        assert page.script("document.documentElement.scrollWidth") <= size[0]
        page.one(".views a:nth-child(1)").click()
        page.wait(lambda: value(page, "tank_level").endswith("m"), 10, "no values")
        assert page.complaints() == []
