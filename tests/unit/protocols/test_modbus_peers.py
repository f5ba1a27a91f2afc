"""Judged from outside, over pseudo-terminals: our client by pymodbus' server, our twin by its
client. Only framing and PDU classes are shared; tables, addressing and checks are theirs."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pymodbus.client import ModbusSerialClient

from wisgate.bus.linux.uart import LinuxUart
from wisgate.core.clock import SystemClock
from wisgate.core.errors import NoAnswer, UnitRefused
from wisgate.protocols.modbus import ModbusRtu
from wisgate.protocols.modbus_tables import Table
from wisgate.virtual.units.modbus import ModbusUnit, Tables

SERVER = Path(__file__).parents[2] / "modbus_server.py"
QUIET_S = 0.01
Handle = Callable[[bytes], bytes]


@contextlib.contextmanager
def pty() -> Iterator[tuple[int, str]]:
    """The controlling end of a raw pseudo-terminal, and the name of the other end, held open."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    try:
        yield ours, os.ttyname(theirs)
    finally:
        os.close(ours)
        os.close(theirs)


@contextlib.contextmanager
def running(work: Callable[[int], None]) -> Iterator[None]:
    """`work` in a thread; it ends when its descriptor becomes readable."""
    stop, trigger = os.pipe()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        os.close(trigger)
        thread.join()
        os.close(stop)


@contextlib.contextmanager
def cable() -> Iterator[tuple[str, str]]:
    """Two serial ports that are connected to each other."""
    with pty() as (one, one_name), pty() as (two, two_name):

        def relay(stop: int) -> None:
            while stop not in (ready := select.select([one, two, stop], [], [])[0]):
                for source, target in ((one, two), (two, one)):
                    if source in ready:
                        os.write(target, os.read(source, 4096))

        with running(relay):
            yield one_name, two_name


@contextlib.contextmanager
def served(unit: ModbusUnit) -> Iterator[str]:
    """A serial port with `unit` at the other end; a request ends with a moment of silence."""
    with pty() as (line, name):

        def serve(stop: int) -> None:
            heard = b""
            while True:
                ready = select.select([line, stop], [], [], QUIET_S if heard else None)[0]
                if stop in ready:
                    return
                if line in ready:
                    heard += os.read(line, 4096)
                    continue
                for _, answer in unit.received(heard):
                    os.write(line, answer)
                heard = b""

        with running(serve):
            yield name


@pytest.fixture(scope="module")
def modbus() -> Iterator[ModbusRtu]:
    """Our client on a cable to pymodbus' server."""
    with cable() as (ours, theirs):
        command = [sys.executable, str(SERVER), theirs]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            with LinuxUart.at(ours, 19200) as uart:
                yield ModbusRtu(uart, SystemClock(), timeout=10.0)
            server.communicate(timeout=20)


def test_all_tables_are_read_from_a_foreign_server(modbus: ModbusRtu) -> None:
    assert modbus.read(42, Table.HOLDING, 0, 2) == [60, 0xF6A8]
    assert modbus.read(42, Table.INPUT, 0, 2) == [0x41B8, 0]
    assert modbus.read(42, Table.DISCRETE, 0, 4) == [True, False, True, True]
    assert len(modbus.read(42, Table.COIL, 0, 2000)) == 2000
    assert len(modbus.read(42, Table.HOLDING, 100, 125)) == 125


def test_a_foreign_server_takes_our_writes(modbus: ModbusRtu) -> None:
    modbus.write_coil(42, 7, True)
    modbus.write_coils(42, 20, [True, False, True] * 656)
    modbus.write_register(42, 100, 0xABCD)
    modbus.write_registers(42, 101, list(range(123)))
    assert modbus.read(42, Table.COIL, 6, 3) == [False, True, False]
    assert modbus.read(42, Table.COIL, 20, 1968) == [True, False, True] * 656
    assert modbus.read(42, Table.HOLDING, 100, 124) == [0xABCD, *range(123)]


def test_a_foreign_server_refuses_what_it_does_not_have(modbus: ModbusRtu) -> None:
    with pytest.raises(UnitRefused, match="illegal address") as refused:
        modbus.read(42, Table.HOLDING, 50, 1)
    assert refused.value.code == 2


@pytest.fixture
def tables() -> Tables:
    return Tables(
        coils=dict.fromkeys(range(2000), 0),
        discrete={0: 1, 1: 0, 2: 1},
        holding=dict.fromkeys(range(125), 0) | {0: 60, 1: 0xF6A8},
        inputs={0: 0x41B8, 1: 0},
    )


@pytest.fixture
def foreign(tables: Tables) -> Iterator[ModbusSerialClient]:
    """pymodbus' client on a port with our twin."""
    with served(ModbusUnit(42, tables)) as name:
        client = ModbusSerialClient(name, baudrate=19200, timeout=5, retries=0)
        assert client.connect()
        yield client
        client.close()


def test_a_foreign_client_reads_the_twin(foreign: ModbusSerialClient) -> None:
    assert foreign.read_holding_registers(0, count=2, device_id=42).registers == [60, 0xF6A8]
    assert foreign.read_input_registers(0, count=2, device_id=42).registers == [0x41B8, 0]
    assert foreign.read_discrete_inputs(0, count=3, device_id=42).bits[:3] == [True, False, True]
    assert len(foreign.read_holding_registers(0, count=125, device_id=42).registers) == 125
    assert len(foreign.read_coils(0, count=2000, device_id=42).bits) == 2000


def test_a_foreign_client_writes_the_twin(foreign: ModbusSerialClient, tables: Tables) -> None:
    for answer in (
        foreign.write_coil(3, True, device_id=42),
        foreign.write_coils(8, [True, False, True], device_id=42),
        foreign.write_register(5, 0xBEEF, device_id=42),
        foreign.write_registers(6, [1, 2, 3], device_id=42),
    ):
        assert not answer.isError()
    assert [tables.coils[a] for a in (3, 8, 9, 10)] == [1, 1, 0, 1]
    assert [tables.holding[a] for a in (5, 6, 7, 8)] == [0xBEEF, 1, 2, 3]


def test_the_twin_refuses_as_a_unit_does(foreign: ModbusSerialClient) -> None:
    answer = foreign.read_holding_registers(125, count=1, device_id=42)
    assert answer.isError()
    assert answer.exception_code == 2
    assert foreign.write_register(500, 1, device_id=42).exception_code == 2


def test_a_unit_that_is_not_there_is_silent(tables: Tables) -> None:
    with served(ModbusUnit(42, tables)) as name, LinuxUart.at(name, 19200) as uart:
        modbus = ModbusRtu(uart, SystemClock(), timeout=10.0)
        with pytest.raises(NoAnswer):
            modbus.read(43, Table.HOLDING, 0, 1, timeout=0.1)
        assert modbus.read(42, Table.HOLDING, 0, 1) == [60]
