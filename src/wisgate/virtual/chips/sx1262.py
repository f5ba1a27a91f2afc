"""SX1262 twin, from the Semtech SX1261/2 datasheet; written without looking at the driver.

Lines: `drive("reset", …)`; `level` of busy, dio1 and dio2 (as RF switch). World inputs: the `air`
that it shares with other radios under its `name`; `tcxo_v`, what the oscillator at DIO3 needs (0: a
crystal that needs nothing); `antenna`, whether the antenna switch is supplied. The chip takes no
frame while BUSY is high, and the frame that wakes it is lost.
Not modelled: GFSK and the other modems (going to TX or RX without LoRa fails), wake-up by the RTC,
reception with duty cycle, carriers without a packet; what gain, current limit, ramp, image
calibration and the errata registers do to the signal; how good its random numbers are.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from struct import unpack

from ...core.clock import Clock
from ...registers import sx1262 as codes
from ...registers.sx1262 import Command, Fault, Mode, Outcome
from ..radio import Air
from ..radio_format import Format
from .sx1262_modem import Modem, format_of, is_modulation, power_of, seconds_of

START_COLD_S, START_WARM_S, CALIBRATE_S, COMMAND_S = 3.5e-3, 340e-6, 3.5e-3, 10e-6
TO_RX_S, TO_TX_S, TO_FS_S, TO_XOSC_S = 83e-6, 126e-6, 50e-6, 31e-6
"""How long BUSY is high. Table 8-2, from standby RC."""
WITHOUT_ANTENNA_DB = -40.0
OCP_OF_PA = 0x38
FALLBACKS: dict[int, Mode] = {0x30: Mode.STANDBY_XOSC, 0x40: Mode.SYNTHESIS}
DEFAULT_MODULATION = bytes([7, 4, 1, 0])
XTAL_TRIM = {0x0911: 0x05, 0x0912: 0x05}
TEXT = b"SX1261 V2D 2D02\x00"
PARAMETERS: dict[int, int] = {
    0x00: 6, 0x02: 2, 0x07: 2, 0x08: 8, 0x0D: 3, 0x0E: 1, 0x10: 0, 0x11: 0, 0x12: 0, 0x13: 0,
    0x14: 0, 0x15: 0, 0x17: 0, 0x1D: 3, 0x1E: 2, 0x80: 1, 0x82: 3, 0x83: 3, 0x84: 1, 0x86: 4,
    0x88: 7, 0x89: 1, 0x8A: 1, 0x8B: 4, 0x8C: 6, 0x8E: 2, 0x8F: 2, 0x93: 1, 0x94: 6, 0x95: 4,
    0x96: 1, 0x97: 4, 0x98: 2, 0x9D: 1, 0x9F: 1, 0xA0: 1, 0xC0: 0, 0xC1: 0, 0xC5: 0, 0xD1: 0,
    0xD2: 0,
}  # fmt: skip
"""How many bytes each command needs. Chapter 13."""
BEFORE_ANSWER: dict[int, int] = {Command.READ_REGISTER: 4, Command.READ_BUFFER: 3}
"""Bytes of a frame before the answer; 2 for the other reading commands."""
READING = {opcode for opcode in PARAMETERS if opcode >> 4 == 1} | {int(Command.GET_STATUS)}
"""Commands that leave the status as it is."""


class Sx1262Twin:
    """Threads: lane only."""

    def __init__(
        self, clock: Clock, air: Air, *, name: str = "chip", tcxo_v: float = 1.8, seed: int = 1
    ) -> None:
        self.tcxo_v = tcxo_v
        self.antenna = True
        self.stuck = False
        """A fault: BUSY never falls."""
        self._clock, self._air, self._name = clock, air, name
        self._random = Random(f"{seed}/{name}")
        self._out_of_reset = True
        self._does: dict[int, Callable[[bytes], None]] = {
            Command.CLEAR_ERRORS: self._clear_errors,
            Command.WRITE_REGISTER: self._write_registers,
            Command.SET_STANDBY: self._stand_by,
            Command.SET_SLEEP: self._sleep,
            Command.SET_FS: self._synthesize,
            Command.SET_TX: self._transmit,
            Command.SET_RX: self._receive,
            Command.SET_CAD: self._detect,
            Command.SET_TX_CONTINUOUS_WAVE: self._refuse,
            Command.SET_TX_INFINITE_PREAMBLE: self._refuse,
            Command.SET_RX_DUTY_CYCLE: self._refuse,
            Command.CALIBRATE: self._calibrate,
            Command.CALIBRATE_IMAGE: self._calibrate,
            Command.SET_PA_CONFIG: self._set_amplifier,
            Command.SET_MODULATION_PARAMS: self._check_modulation,
        }
        self.power_cycle()

    # The wire.

    def transfer(self, data: bytes) -> bytes:
        now = self._settle()
        if self._asleep:
            self._wake(now)
        if not data or self.level("busy"):
            return bytes(len(data))
        opcode, parameters = data[0], data[1:]
        status = 0x80 | self._modem.mode << 4 | self._modem.outcome << 1
        if opcode not in PARAMETERS or len(parameters) < PARAMETERS[opcode]:
            self._modem.outcome = Outcome.PROCESSING_ERROR
            return bytes([status] * len(data))
        ahead = BEFORE_ANSWER.get(opcode, 2) if opcode in READING else len(data)
        answer = self._answer(opcode, parameters, len(data))
        if opcode not in READING:
            self._busy_until = now + COMMAND_S
            self._modem.outcome = Outcome.TAKEN
            self._kept[opcode] = parameters
            self._does.get(opcode, _only_keep)(parameters)
            self._modem.obey(opcode, parameters)
        return (bytes([status] * ahead) + answer)[: len(data)].ljust(len(data), b"\x00")

    def drive(self, name: str, level: bool) -> None:
        """Set an input: there is only `reset`, low while it resets."""
        if name != "reset":
            raise ValueError(f"no input {name!r}; there is reset")
        if level and not self._out_of_reset:
            self.power_cycle()
        self._out_of_reset = level

    def level(self, name: str) -> bool:
        """The level at busy, dio1 or dio2."""
        now = self._settle()
        if name == "busy":
            busy = self._asleep or not self._out_of_reset or now < self._busy_until - 1e-9
            return busy or self.stuck
        if name == "dio1":
            _all, mask, *_others = unpack(">4H", self._kept[Command.SET_DIO_IRQ_PARAMS])
            return self._out_of_reset and bool(self._modem.irq & mask)
        if name == "dio2":
            switches = self._kept[Command.SET_DIO2_AS_RF_SWITCH][0] == 1
            return switches and self._modem.mode is Mode.TRANSMIT
        raise ValueError(f"no line {name!r}; there are busy, dio1 and dio2")

    def power_cycle(self) -> None:
        """A cold start: everything is forgotten."""
        self._modem = Modem(self._air, self._name)
        self._registers = dict(XTAL_TRIM) | dict(enumerate(TEXT, codes.VERSION))
        for word in (codes.IqPolarity, codes.TxModulation, codes.RxGain, codes.TxClamp,
                     codes.OverCurrent):  # fmt: skip
            self._registers[word.address] = word.reset
        sync = codes.SyncWord.reset.to_bytes(2, "big")
        self._registers.update(enumerate(sync, codes.SyncWord.address))
        self._kept = {opcode: bytes(count) for opcode, count in PARAMETERS.items()}
        self._kept[Command.SET_MODULATION_PARAMS] = DEFAULT_MODULATION
        self._kept[Command.SET_PACKET_PARAMS] = bytes([0, 8, 0, 255, 1, 0])
        del self._kept[Command.SET_DIO3_AS_TCXO]
        self._errors = Fault.XOSC_START if self.tcxo_v else Fault(0)
        self._asleep = self._warm = False
        self._busy_until = self._clock.monotonic() + START_COLD_S

    # Frames.

    def _answer(self, opcode: int, parameters: bytes, count: int) -> bytes:
        if opcode == Command.GET_PACKET_TYPE:
            return self._kept[Command.SET_PACKET_TYPE]
        if opcode == Command.GET_ERRORS:
            return self._errors.to_bytes(2, "big")
        if opcode == Command.READ_REGISTER:
            first = int.from_bytes(parameters[:2], "big")
            return bytes(self._register(first + n) for n in range(count))
        return self._modem.answer(opcode, parameters, count, self._clock.monotonic())

    def _register(self, address: int) -> int:
        if codes.RANDOM <= address < codes.RANDOM + 4 and self._modem.mode is Mode.RECEIVE:
            return self._random.getrandbits(8)
        return self._registers.get(address, 0)

    def _write_registers(self, parameters: bytes) -> None:
        first = int.from_bytes(parameters[:2], "big")
        self._registers.update(enumerate(parameters[2:], first))

    def _clear_errors(self, parameters: bytes) -> None:
        self._errors = Fault(0)

    def _set_amplifier(self, parameters: bytes) -> None:
        self._registers[codes.OverCurrent.address] = OCP_OF_PA

    def _check_modulation(self, parameters: bytes) -> None:
        if not is_modulation(parameters):
            self._kept[Command.SET_MODULATION_PARAMS] = DEFAULT_MODULATION
            self._modem.outcome = Outcome.PROCESSING_ERROR

    # Modes.

    def _settle(self) -> float:
        now = self._clock.monotonic()
        fallback = self._kept[Command.SET_RX_TX_FALLBACK][0]
        self._modem.fallback = FALLBACKS.get(fallback, Mode.STANDBY_RC)
        self._modem.timer_until_preamble = self._kept[Command.STOP_TIMER_ON_PREAMBLE][0] == 1
        self._modem.settle(now)
        return now

    def _wake(self, now: float) -> None:
        self._asleep = False
        if self._warm:
            self._busy_until = now + START_WARM_S
        else:
            self.power_cycle()

    def _sleep(self, parameters: bytes) -> None:
        self._rest(Mode.STANDBY_RC)
        self._modem.buffer[:] = bytes(len(self._modem.buffer))
        self._asleep, self._warm = True, bool(parameters[0] & codes.Sleep.WARM)

    def _stand_by(self, parameters: bytes) -> None:
        if parameters[0] == codes.Standby.XOSC:
            self._with_oscillator(lambda at: self._modem.rest(Mode.STANDBY_XOSC, at), TO_XOSC_S)
        else:
            self._rest(Mode.STANDBY_RC)

    def _synthesize(self, parameters: bytes) -> None:
        self._with_oscillator(lambda at: self._modem.rest(Mode.SYNTHESIS, at), TO_FS_S)

    def _calibrate(self, parameters: bytes) -> None:
        if self._modem.mode is not Mode.STANDBY_RC:
            self._refuse()
        else:
            self._with_oscillator(lambda _at: None, CALIBRATE_S)

    def _transmit(self, parameters: bytes) -> None:
        form = self._form()
        base, buffer = self._kept[Command.SET_BUFFER_BASE][0], self._modem.buffer
        payload = bytes(buffer[(base + n) % 256] for n in range(form.length))
        power = self._power_dbm()

        def start(at: float) -> None:
            self._modem.transmit(form, payload, power, at, seconds_of(parameters))

        self._on_air(start, TO_TX_S)

    def _receive(self, parameters: bytes) -> None:
        continuous = all(byte == 0xFF for byte in parameters)
        timeout = 0.0 if continuous else seconds_of(parameters)

        def start(at: float) -> None:
            self._modem.receive(self._form(), at, timeout, not continuous, *self._receiving())

        self._on_air(start, TO_RX_S)

    def _detect(self, parameters: bytes) -> None:
        symbols, _peak, _minimum, leave, *timeout = self._kept[Command.SET_CAD_PARAMS]
        form = self._form()

        def start(at: float) -> None:
            end = at + (1 << symbols) * form.symbol_s
            after = seconds_of(bytes(timeout))
            goes_on = leave == codes.CadExit.RECEIVE
            self._modem.detect(form, at, end, goes_on, after, *self._receiving())

        self._on_air(start, TO_RX_S)

    def _on_air(self, start: Callable[[float], None], takes: float) -> None:
        lora = self._kept[Command.SET_PACKET_TYPE][0] == codes.PacketType.LORA
        if lora:
            self._rest(self._modem.mode)
            self._with_oscillator(start, takes)
        else:
            self._refuse()

    def _with_oscillator(self, then: Callable[[float], None], takes: float) -> None:
        """Start the oscillator unless it runs; without one nothing but standby RC is left."""
        tcxo = self._kept.get(Command.SET_DIO3_AS_TCXO)
        if self._modem.mode is Mode.STANDBY_RC:
            takes += seconds_of(tcxo[1:]) if tcxo else 0.0
        fed = codes.TCXO_V[tcxo[0] & 7] if tcxo else 0.0
        self._busy_until = self._clock.monotonic() + takes
        if self.tcxo_v and fed < self.tcxo_v:
            self._errors |= Fault.XOSC_START
            self._rest(Mode.STANDBY_RC)
            self._refuse()
        else:
            then(self._busy_until)

    def _rest(self, mode: Mode) -> None:
        self._modem.rest(mode, self._clock.monotonic())

    def _refuse(self, _parameters: object = None) -> None:
        self._modem.outcome = Outcome.EXECUTION_FAILURE

    def _form(self) -> Format:
        sync = self._register(codes.SyncWord.address) << 8
        return format_of(
            self._kept[Command.SET_RF_FREQUENCY],
            self._kept[Command.SET_MODULATION_PARAMS],
            self._kept[Command.SET_PACKET_PARAMS],
            sync | self._register(codes.SyncWord.address + 1),
        )

    def _power_dbm(self) -> float:
        power = power_of(self._kept[Command.SET_PA_CONFIG], self._kept[Command.SET_TX_PARAMS])
        switched = self.antenna and self._kept[Command.SET_DIO2_AS_RF_SWITCH][0] == 1
        return power if switched else power + WITHOUT_ANTENNA_DB

    def _receiving(self) -> tuple[int, float]:
        """Where packets go, and how well the antenna is connected."""
        base = self._kept[Command.SET_BUFFER_BASE][1]
        return base, 0.0 if self.antenna else WITHOUT_ANTENNA_DB


def _only_keep(parameters: bytes) -> None:
    """A setting that counts later."""
