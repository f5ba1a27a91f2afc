"""A mote against a network of a few lines that makes its frames with keys of its own."""

import asyncio
from collections import Counter

import pytest

from wisgate.board import virtual_time
from wisgate.catalog import catalog
from wisgate.core.clock import VirtualClock
from wisgate.lorawan import crypto, frames, joining, mac_commands
from wisgate.lorawan.crypto import Keys
from wisgate.lorawan.frames import Control, JoinRequest, Kind, Message
from wisgate.lorawan.joining import Accepted
from wisgate.lorawan.radio import Lora
from wisgate.lorawan.twins.air import Air
from wisgate.lorawan.twins.channel import Antenna, Channel, Place, Transmission, Tuning
from wisgate.lorawan.twins.mote import Identity, Mote
from wisgate.lorawan.twins.plans import EU868, Plan
from wisgate.lorawan.twins.traffic import Traffic

KEY, KEYS = bytes(range(16)), Keys(bytes([1]) * 16, bytes([2]) * 16)
ADDED = (867_100_000, 867_300_000)
CHANNELS = b"".join((hz // 100).to_bytes(3, "little") for hz in ADDED).ljust(16, b"\0")
BOARD = Antenna("board", Place(), tuple(Tuning(hz) for hz in (*EU868.channels, *ADDED)))


def abp(**others):
    return Mote(Identity(name="m1", address=0x26000001, session=KEYS), Place(50.0), **others)


def otaa():
    return Mote(Identity(name="m2", dev_eui=2, join_eui=3, key=KEY), Place(50.0), rate=5)


def message(mote, counter, *, kind=Kind.UNCONFIRMED_DOWN, **fields):
    plain = Message(kind=kind, address=mote.address, counter=0, **fields)
    return crypto.seal(plain, mote.keys or KEYS, counter)


def answer(sent, phy, *, late=0, window=1, delay=1_000_000):
    """The downlink in a window of `sent`, by the tables of EU868."""
    first = window == 1
    opens = sent.ends + delay + (0 if first else 1_000_000)
    return Transmission(
        sender="board", place=Place(), begins=opens + late, phy=phy,
        frequency=sent.frequency if first else 869_525_000,
        modulation=sent.modulation if first else Lora(12, 125_000), power=14.0, inverted=True,
        crc=False,
    )  # fmt: skip


def deliver(mote, transmission):
    """Whether the mote listened; if so it has heard."""
    antenna = mote.antenna(transmission)
    if antenna is None:
        return False
    mote.hear(Channel(1).hearing(transmission, antenna, ()))
    return True


def test_an_uplink_is_what_the_network_expects():
    mote = abp()
    for number in range(3):
        sent = mote.uplink(number * 10_000_000, b"hello", 7)
        phy = frames.decode(sent.phy)
        assert (phy.counter, phy.port, phy.control, phy.kind) == (
            number, 7, Control.ADR, Kind.UNCONFIRMED_UP,
        )  # fmt: skip
        assert crypto.genuine(sent.phy, phy, KEYS.network, number)
        assert crypto.reveal(phy, KEYS, number) == b"hello"
        assert sent.frequency in EU868.channels
        assert (sent.modulation, sent.power, sent.inverted) == (Lora(7, 125_000), 14.0, False)


@pytest.mark.parametrize("window", [1, 2])
@pytest.mark.parametrize(("late", "listens"), [(-21, False), (-20, True), (20, True), (21, False)])
def test_windows_are_open_when_they_should_be(window, late, listens):
    mote = abp()
    sent = mote.uplink(0, b"x")
    phy = message(mote, 0, port=1, payload=b"down")
    assert deliver(mote, answer(sent, phy, late=late, window=window)) is listens
    assert [(r.window, r.payload) for r in mote.received] == [(window, b"down")] * listens


def test_a_window_is_closed_once_a_frame_has_come():
    mote = abp()
    sent = mote.uplink(0, b"x")
    assert deliver(mote, answer(sent, message(mote, 0, port=1)))
    assert not deliver(mote, answer(sent, message(mote, 1, port=1), window=2))


def test_what_is_not_genuine_or_old_is_refused():
    mote = abp()
    for number, counter in enumerate([5, 5, 4, 6]):
        sent = mote.uplink(number * 10_000_000, b"x")
        deliver(mote, answer(sent, message(mote, counter, port=1)))
    assert ([r.counter for r in mote.received], mote.refused) == ([5, 6], 2)
    sent = mote.uplink(50_000_000, b"x")
    changed = bytearray(message(mote, 7, port=1, payload=b"abc"))
    changed[10] ^= 1
    assert deliver(mote, answer(sent, bytes(changed)))
    assert (len(mote.received), mote.refused) == (2, 3)
    assert deliver(mote, answer(sent, message(mote, 7, port=1), window=2))  # still open
    assert len(mote.received) == 3


def test_a_confirmed_frame_is_repeated_until_it_is_answered():
    mote = abp()
    first = mote.uplink(0, b"x", confirmed=True)
    again = mote.repeat(5_000_000)
    assert again.phy == first.phy
    assert frames.decode(first.phy).kind is Kind.CONFIRMED_UP
    deliver(mote, answer(again, message(mote, 0)))  # no ACK
    assert mote.repeat(10_000_000) is not None
    last = mote.repeat(15_000_000)
    deliver(mote, answer(last, message(mote, 1, control=Control.ACK)))
    assert (mote.repeat(20_000_000), mote.acknowledged) == (None, 1)
    assert frames.decode(mote.uplink(30_000_000, b"y").phy).counter == 1


def test_it_gives_up_after_eight_transmissions():
    mote = abp()
    mote.uplink(0, b"x", confirmed=True)
    assert [mote.repeat(n * 5_000_000) is not None for n in range(1, 10)] == [True] * 7 + [
        False
    ] * 2


def test_a_confirmed_downlink_is_acknowledged_once():
    mote = abp()
    sent = mote.uplink(0, b"x")
    deliver(mote, answer(sent, message(mote, 0, kind=Kind.CONFIRMED_DOWN, port=1)))
    controls = [frames.decode(mote.uplink(n * 10_000_000, b"x").phy).control for n in (1, 2)]
    assert controls == [Control.ADR | Control.ACK, Control.ADR]


def test_joining():
    mote = otaa()
    with pytest.raises(ValueError, match="m2 has not joined"):
        mote.uplink(0, b"x")
    nonces, rates = [], []
    for number in range(3):
        sent = mote.join(number * 20_000_000)
        request = frames.decode(sent.phy)
        assert joining.genuine_request(sent.phy, KEY)
        assert (request.join_eui, request.dev_eui) == (3, 2)
        nonces.append(request.dev_nonce)
        rates.append(sent.modulation.spreading_factor)
    assert (nonces, rates) == ([0, 1, 2], [7, 8, 9])
    accepted = Accepted(join_nonce=9, net_id=0x13, address=0x26000002, delay=3, rx1_offset=1,
                        rx2_rate=3, channels=CHANNELS)  # fmt: skip
    phy = joining.seal_accept(accepted, KEY)
    assert not deliver(mote, answer(sent, phy))
    wrong = answer(sent, joining.seal_accept(accepted, bytes(16)), delay=5_000_000)
    assert deliver(mote, wrong)
    assert (mote.joined, mote.refused) == (False, 1)
    assert deliver(mote, answer(sent, phy, delay=5_000_000, window=2))
    assert mote.joined
    keys = joining.session_keys(KEY, accepted, 2)
    up = mote.uplink(100_000_000, b"hello")
    assert crypto.genuine(up.phy, frames.decode(up.phy), keys.network, 0)
    assert frames.decode(up.phy).address == 0x26000002
    assert up.modulation == Lora(9, 125_000)
    used = {mote.uplink(n * 10_000_000, b"x").frequency for n in range(11, 60)}
    assert used == {*EU868.channels, *ADDED}
    down = answer(mote.uplink(900_000_000, b"x"), message(mote, 0, port=1), delay=3_000_000)
    assert mote.antenna(down) is None  # RX1DROffset 1: one DR lower
    lower = Transmission(**{f: getattr(down, f) for f in down.__struct_fields__} | {
        "modulation": Lora(10, 125_000)})  # fmt: skip
    assert deliver(mote, lower)


def test_joining_anew_begins_anew_but_for_the_nonce():
    mote = otaa()
    for number, expected in enumerate([0, 1]):
        sent = mote.join(number * 100_000_000)
        assert frames.decode(sent.phy).dev_nonce == expected
        assert mote.keys is None
        accepted = Accepted(join_nonce=number, net_id=0, address=1, channels=CHANNELS)
        deliver(mote, answer(sent, joining.seal_accept(accepted, KEY), delay=5_000_000))
        assert len(mote.settings.frequencies) == 5
        assert frames.decode(mote.uplink(50_000_000, b"x").phy).counter == 0
    assert mote.joins == 2


def commanded(mote, counter, commands):
    sent = mote.uplink(counter * 10_000_000, b"x")
    deliver(mote, answer(sent, message(mote, counter, options=commands),
                         delay=mote.settings.delay * 1_000_000))  # fmt: skip
    up = frames.decode(mote.uplink(counter * 10_000_000 + 5_000_000, b"x").phy)
    return [(c.name, c.fields) for c in mac_commands.decode(up.options, up=True)[0]]


def test_it_follows_mac_commands():
    mote = abp()
    encode = mac_commands.encode
    adr = encode(3, up=False, data_rate=3, power=2, mask=0b110, transmissions=2)
    yes = {"mask_ok": 1, "data_rate_ok": 1, "power_ok": 1}
    status = {"battery": 0, "margin": 10}
    assert commanded(mote, 0, adr + encode(6, up=False)) == [
        ("LinkADR", yes),
        ("DevStatus", status),
    ]
    sent = mote.uplink(5_000_000, b"x")
    assert (sent.modulation, sent.power) == (Lora(9, 125_000), 10.0)
    assert mote.settings.frequencies == EU868.channels[1:]
    assert mote.repeat(9_000_000).phy == sent.phy  # NbTrans 2
    assert mote.repeat(9_500_000) is None
    channel = encode(7, up=False, channel=3, frequency_100hz=8_671_000, highest_data_rate=5)
    assert commanded(mote, 1, channel) == [("NewChannel", {"frequency_ok": 1, "data_rate_ok": 1})]
    assert 867_100_000 in mote.settings.frequencies
    timing = encode(8, up=False, delay=5)
    assert commanded(mote, 2, timing) == [("RXTimingSetup", {})]
    assert mote.settings.delay == 5
    assert frames.decode(mote.uplink(40_000_000, b"x").phy).options == b"\x08"  # until it is heard
    all_on = encode(3, up=False, data_rate=15, power=15, mask_control=6)
    assert commanded(mote, 3, all_on) == [("LinkADR", yes)]
    assert (len(mote.settings.frequencies), mote.settings.rate) == (4, 3)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"data_rate": 9, "mask": 7}, "data_rate_ok"), ({"mask": 0}, "mask_ok"),
     ({"mask": 7, "power": 8}, "power_ok"), ({"mask": 7, "mask_control": 5}, "mask_ok")],
)  # fmt: skip
def test_a_command_with_one_fault_changes_nothing(fields, wrong):
    mote = abp()
    before = vars(mote.settings).copy()
    ((_, checks),) = commanded(mote, 0, mac_commands.encode(3, up=False, **fields))
    assert {key for key, fine in checks.items() if not fine} == {wrong}
    assert vars(mote.settings) == before


def test_commands_on_port_0_count_as_well():
    mote = abp()
    sent = mote.uplink(0, b"x")
    command = mac_commands.encode(
        5, up=False, rx2_data_rate=3, rx1_offset=2, frequency_100hz=8_681_000
    )
    deliver(mote, answer(sent, message(mote, 0, port=0, payload=command)))
    settings = mote.settings
    assert (settings.rx2_rate, settings.rx1_offset, settings.rx2_frequency) == (3, 2, 868_100_000)


REGIONS = catalog.load().regions


def test_eu868_is_the_one_of_the_catalog():
    found = Plan.of(REGIONS["EU868"])
    for name in ("channels", "used", "join_rates", "rx2_frequency", "rx2_rate", "power", "rate"):
        assert getattr(found, name) == getattr(EU868, name)
    assert found.rates.items() >= EU868.rates.items()
    for rate in range(6):
        for offset in range(6):
            assert found.rx1(868_300_000, rate, offset) == EU868.rx1(868_300_000, rate, offset)


@pytest.mark.parametrize("region", REGIONS)
def test_a_mote_of_each_region_joins_and_hears(region):
    """In both windows, with what the catalog says of them."""
    plan = Plan.of(REGIONS[region])
    mote = Mote(Identity(name="m", dev_eui=2, join_eui=3, key=KEY), Place(50.0), plan)
    sent = mote.join(0)
    accepted = Accepted(join_nonce=1, net_id=0, address=1, rx2_rate=plan.rx2_rate)
    for window in (2, 1):
        number = plan.region.index_of(sent.modulation)
        first = plan.region.rx1(sent.frequency, number, 0)
        hz, rate = first if window == 1 else (plan.rx2_frequency, plan.rx2_rate)
        joining_now = not mote.joined
        delay = (5 if joining_now else 1) + (window - 1)
        phy = joining.seal_accept(accepted, KEY) if joining_now else message(mote, 0, port=1)
        down = Transmission(
            sender="board", place=Place(), begins=sent.ends + delay * 1_000_000, phy=phy,
            frequency=hz, modulation=plan.rates[rate], power=14.0, inverted=True, crc=False,
        )  # fmt: skip
        assert deliver(mote, down)
        sent = mote.uplink(100_000_000, b"x")
        assert plan.usable(sent.frequency, plan.region.index_of(sent.modulation))
    assert len(mote.received) == 1


US_SET = tuple(range(903_900_000, 905_400_000, 200_000))


def test_masks_of_a_region_with_many_channels():
    plan = Plan.of(REGIONS["US915"], used=US_SET)
    mote = Mote(Identity(name="m", address=1, session=KEYS), Place(50.0), plan)
    assert (mote.settings.rate, mote.settings.frequencies) == (3, US_SET)
    encode = mac_commands.encode

    def told(counter, **fields):
        sent = mote.uplink(counter * 10_000_000, b"x")
        hz, rate = plan.region.rx1(sent.frequency, plan.region.index_of(sent.modulation), 0)
        keep = {"data_rate": 15, "power": 15}
        phy = message(mote, counter, options=encode(3, up=False, **{**keep, **fields}))
        assert deliver(mote, Transmission(
            sender="board", place=Place(), begins=sent.ends + 1_000_000, phy=phy, frequency=hz,
            modulation=plan.rates[rate], power=14.0, inverted=True, crc=False,
        ))  # fmt: skip
        return [plan.channels.index(hz) for hz in mote.settings.frequencies]

    assert told(0, mask=0b1, mask_control=4) == [*range(8, 16), 64]  # others stay
    assert told(1, mask=0x00FF, mask_control=0) == [*range(8), 64]
    assert told(2, mask=0x0002, mask_control=7) == [*range(8), 64]  # none for DR3: refused
    assert told(3, mask=0x0002, mask_control=7, data_rate=4) == [65]
    assert told(4, mask=0x0001, mask_control=6, data_rate=3) == [*range(65)]
    assert told(5, mask=0x0001, mask_control=5) == [*range(65)]  # refused


def test_a_list_of_masks_in_the_answer_to_a_join():
    plan = Plan.of(REGIONS["US915"])
    mote = Mote(Identity(name="m", key=KEY), Place(50.0), plan, rate=3)
    sent = mote.join(0)
    assert sent.modulation == Lora(10, 125_000)
    accepted = Accepted(join_nonce=1, net_id=0, address=1, rx2_rate=8,
                        channels=bytes.fromhex("00ff0000000000000200000000000001"))  # fmt: skip
    down = Transmission(
        sender="board", place=Place(), begins=sent.ends + 6_000_000, frequency=923_300_000,
        phy=joining.seal_accept(accepted, KEY), modulation=Lora(12, 500_000), power=14.0,
        inverted=True, crc=False,
    )  # fmt: skip
    assert deliver(mote, down)
    assert set(mote.settings.frequencies) == {*US_SET, 904_600_000}
    assert {mote.uplink(n * 10_000_000, b"x").frequency for n in range(9, 80)} == set(US_SET)


class Network:
    """Answers joins in RX1 and confirmed frames in RX2, from one board."""

    def __init__(self, air):
        self.air, self.keys, self.counters, self.told = air, {}, Counter(), []
        air.listen(BOARD, self.heard)

    def heard(self, hearing):
        sent = hearing.transmission
        phy = frames.decode(sent.phy)
        if isinstance(phy, JoinRequest):
            accepted = Accepted(join_nonce=phy.dev_nonce, net_id=1, address=phy.dev_eui)
            self.keys[phy.dev_eui] = joining.session_keys(KEY, accepted, phy.dev_nonce)
            self.air.transmit(answer(sent, joining.seal_accept(accepted, KEY), delay=5_000_000))
            return
        keys = self.keys[phy.address]
        assert crypto.genuine(sent.phy, phy, keys.network, phy.counter)
        self.told.append((phy.address, phy.counter, crypto.reveal(phy, keys, phy.counter)))
        if phy.confirmed:
            plain = Message(kind=Kind.UNCONFIRMED_DOWN, address=phy.address, counter=0,
                            control=Control.ACK)  # fmt: skip
            down = crypto.seal(plain, keys, self.counters[phy.address])
            self.counters[phy.address] += 1
            self.air.transmit(answer(sent, down, window=2))


def an_hour(seed):
    async def live():
        air = Air(Channel(seed))
        motes = [
            Mote(
                Identity(name=f"m{n}", dev_eui=n, join_eui=3, key=KEY), Place(100.0 * n), seed=seed
            )
            for n in range(1, 11)
        ]
        network = Network(air)
        traffic = Traffic(air, motes, lambda mote: mote.identity.name.encode(), interval=300.0,
                          confirmed_every=3, seed=seed)  # fmt: skip
        traffic.start()
        await asyncio.sleep(3600.0)
        traffic.stop()
        return network.told, motes

    return virtual_time.run(live(), VirtualClock())


def test_an_hour_of_ten_motes():
    told, motes = an_hour(1)
    assert all(mote.joins == 1 for mote in motes)
    for mote in motes:
        mine = [
            (counter, text) for address, counter, text in told if address == mote.identity.dev_eui
        ]
        counters = [counter for counter, _ in mine]
        assert counters == sorted(counters)
        assert 10 <= len(set(counters)) <= 13
        assert {text for _, text in mine} == {mote.identity.name.encode()}
        assert mote.acknowledged >= 3
        assert mote.refused == 0


def test_one_seed_gives_one_hour():
    assert an_hour(2)[0] == an_hour(2)[0]
    assert an_hour(2)[0] != an_hour(3)[0]
