"""The MCP2518FD map against the modules sheet 6.8, the reset values of Microchip's header and the
bits of the Linux driver mcp251xfd, written out a second time."""

from dataclasses import fields

import pytest

from wisgate.registers import mcp2518fd as codes

WORDS = {  # name: address, reset, writable, fields as high:low
    "Control": (0x000, 0x04980760, True, {
        "abort_all": (27, 27), "request": (26, 24), "mode": (23, 21), "transmit_queue": (20, 20),
        "store_events": (19, 19), "error_to_listen_only": (18, 18), "restrict_attempts": (16, 16),
        "no_bit_rate_switch": (12, 12), "busy": (11, 11), "iso_crc": (5, 5)}),
    "NominalTiming": (0x004, 0x003E0F0F, True, {
        "prescaler": (31, 24), "tseg1": (23, 16), "tseg2": (14, 8), "jump": (6, 0)}),
    "PayloadTiming": (0x008, 0x000E0303, True, {
        "prescaler": (31, 24), "tseg1": (20, 16), "tseg2": (11, 8), "jump": (3, 0)}),
    "DelayCompensation": (0x00C, 0x00021000, True, {
        "mode": (17, 16), "offset": (14, 8), "delay": (5, 0)}),
    "Interrupts": (0x01C, 0, True, {"enabled": (31, 16), "flags": (15, 0)}),
    "ErrorCounts": (0x034, 0x00200000, False, {
        "bus_off": (21, 21), "transmit_passive": (20, 20), "receive_passive": (19, 19),
        "transmit_warning": (18, 18), "receive_warning": (17, 17), "warning": (16, 16),
        "transmit": (15, 8), "receive": (7, 0)}),
    "QueueControl": (0x050, 0x00600480, True, {
        "payload": (31, 29), "objects": (28, 24), "attempts": (22, 21), "priority": (20, 16),
        "restart": (10, 10), "request": (9, 9), "advance": (8, 8), "transmits": (7, 7),
        "attempts_interrupt": (4, 4), "empty_interrupt": (2, 2), "not_full_interrupt": (0, 0)}),
    "QueueStatus": (0x054, 0x00000005, False, {
        "index": (12, 8), "aborted": (7, 7), "lost_arbitration": (6, 6), "error": (5, 5),
        "attempts_used": (4, 4), "empty": (2, 2), "not_full": (0, 0)}),
    "QueueAddress": (0x058, 0, False, {"offset": (11, 0)}),
    "FifoControl": (0x05C, 0x00600400, True, {
        "payload": (31, 29), "objects": (28, 24), "attempts": (22, 21), "priority": (20, 16),
        "restart": (10, 10), "request": (9, 9), "advance": (8, 8), "transmits": (7, 7),
        "time_stamps": (5, 5), "overflow_interrupt": (3, 3), "full_interrupt": (2, 2),
        "half_full_interrupt": (1, 1), "not_empty_interrupt": (0, 0)}),
    "FifoStatus": (0x060, 0, True, {
        "index": (12, 8), "overflow": (3, 3), "full": (2, 2), "half_full": (1, 1),
        "not_empty": (0, 0)}),
    "FifoAddress": (0x064, 0, False, {"offset": (11, 0)}),
    "FilterObject": (0x1F0, 0, True, {
        "extended_frame": (30, 30), "extended": (28, 11), "standard": (10, 0)}),
    "Oscillator": (0xE00, 0x60, True, {
        "clock_ready": (12, 12), "ready": (10, 10), "pll_ready": (8, 8),
        "output_divider": (6, 5), "divide_by_2": (4, 4), "low_power": (3, 3), "disabled": (2, 2),
        "pll": (0, 0)}),
    "CrcStatus": (0xE08, 0, True, {
        "format_interrupt": (25, 25), "crc_interrupt": (24, 24), "format_error": (17, 17),
        "crc_error": (16, 16), "code": (15, 0)}),
    "Identity": (0xE14, 0x14, False, {"family": (7, 4), "revision": (3, 0)}),
    "ObjectId": (0x0, 0, True, {"extended": (28, 11), "standard": (10, 0)}),
    "ObjectFlags": (0x4, 0, True, {
        "filter": (15, 11), "error_passive": (8, 8), "fd": (7, 7), "bit_rate_switch": (6, 6),
        "remote": (5, 5), "extended": (4, 4), "length": (3, 0)}),
}  # fmt: skip
ENUMERATIONS = {
    "Instruction": {"RESET": 0, "WRITE": 2, "READ": 3, "WRITE_CRC": 10, "READ_CRC": 11,
                    "WRITE_SAFE": 12},
    "Mode": {"NORMAL_FD": 0, "SLEEP": 1, "INTERNAL_LOOPBACK": 2, "LISTEN_ONLY": 3,
             "CONFIGURATION": 4, "EXTERNAL_LOOPBACK": 5, "NORMAL_20": 6, "RESTRICTED": 7},
    "Attempts": {"ONE": 0, "THREE": 1, "UNLIMITED": 2, "FOR_EVER": 3},
    "Event": {
        "TRANSMIT": 1, "RECEIVE": 2, "TIME_BASE": 4, "MODE_CHANGE": 8, "TRANSMIT_EVENT": 16,
        "ECC": 1 << 8, "SPI_CRC": 1 << 9, "ATTEMPTS": 1 << 10, "OVERFLOW": 1 << 11,
        "SYSTEM_ERROR": 1 << 12, "BUS_ERROR": 1 << 13, "WAKE_UP": 1 << 14,
        "INVALID_MESSAGE": 1 << 15},
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_words(name):
    address, reset, writable, spans = WORDS[name]
    word = getattr(codes, name)
    assert (word.address, word.width, word.reset, word.writable) == (address, 32, reset, writable)
    assert {f.name: f.metadata["span"][:2] for f in fields(word)} == spans
    assert not any(f.metadata["span"][2] for f in fields(word))


def test_a_filter_is_one_byte():
    word = codes.FilterControl
    assert (word.address, word.width, word.reset, word.writable) == (0x1D0, 8, 0, True)
    assert word(enabled=True, fifo=1).encode() == 0x81
    assert word.decode(0x1F).fifo == 31
    assert word.decode(0xE0).fifo == 0
    assert word.decode(0x7F).enabled is False


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_codes(name):
    found = {member.name: member.value for member in getattr(codes, name)}
    assert found == ENUMERATIONS[name]


def test_numbers():
    assert (codes.CRC_POLYNOMIAL, codes.CRC_INIT) == (0x8005, 0xFFFF)
    assert (codes.MEMORY, codes.MEMORY_SIZE, codes.FIFO_STEP) == (0x400, 0x800, 12)
    assert codes.IDENTITY == 0x14
    assert codes.PAYLOADS == (8, 12, 16, 20, 24, 32, 48, 64)
    assert codes.LENGTHS == (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)
    assert codes.CLEARABLE == 0xF00C


@pytest.mark.parametrize(
    ("bitrate", "timing"),
    [(1e6, (0, 30, 7, 7)), (500e3, (0, 62, 15, 15)), (250e3, (0, 126, 31, 31)),
     (125e3, (1, 126, 31, 31))],
)  # fmt: skip
def test_bit_timings_of_the_sheet(bitrate, timing):
    prescaler, tseg1, tseg2, jump = timing
    raw = prescaler << 24 | tseg1 << 16 | tseg2 << 8 | jump
    word = codes.NominalTiming.decode(raw)
    assert (word.prescaler, word.tseg1, word.tseg2, word.jump) == timing
    assert (word.prescaler + 1) * (word.tseg1 + word.tseg2 + 3) == 40e6 / bitrate


def test_modes_of_the_control_word():
    control = codes.Control.decode(0x04980760)
    assert (control.request, control.mode) == (codes.Mode.CONFIGURATION, codes.Mode.CONFIGURATION)
    assert (control.transmit_queue, control.store_events, control.iso_crc) == (True, True, True)
