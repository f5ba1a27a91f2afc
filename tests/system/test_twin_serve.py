"""Foreign programs on a serial line of the virtual board, and boards played back from a tape."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from gateways import EXAMPLES, Running, wisgate
from peers import program
from pymodbus.framer import FramerRTU

AMBIENT = EXAMPLES / "ambient.toml"


@pytest.mark.peers
def test_mbpoll_reads_and_writes_the_unit_on_a_pty(tmp_path: Path) -> None:
    link = tmp_path / "rs485"
    poll = [program("mbpoll", "mbpoll"), "-m", "rtu", "-b", "9600", "-P", "none", "-a", "42"]
    once = ["-0", "-r", "0", "-1", "-o", "2"]
    with Running(tmp_path / "run", "twin", "serve", AMBIENT, "--pty", link) as serving:
        serving.says(f"wisblock-1 is served at {link}")

        def run(*words: str) -> str:
            command = [*poll, *once, *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        read = run("-t", "4", "-c", "2", str(link))
        humidity, temperature = (int(v) for v in re.findall(r"\[\d\]:\s+(\d+)", read))
        assert 20 <= humidity <= 80
        assert 1500 <= temperature <= 2700
        run("-t", "0", str(link), "1")
        assert re.search(r"\[0\]:\s+1", run("-t", "0", "-c", "1", str(link)))
        serving.send(signal.SIGTERM)
        assert serving.ends() == 0
    assert not link.is_symlink()


def test_frames_over_tcp_and_a_second_program_after_the_first(tmp_path: Path) -> None:
    request = bytes.fromhex("2a 03 0000 0002")
    request += FramerRTU.compute_CRC(request).to_bytes(2, "big")
    with Running(tmp_path, "twin", "serve", AMBIENT, "--tcp", "127.0.0.1:0") as serving:
        serving.says("served at tcp://")
        address = re.search(r"tcp://([\d.]+):(\d+)", serving.out)
        assert address is not None
        for _ in range(2):
            with socket.create_connection((address[1], int(address[2])), timeout=20) as line:
                line.sendall(request)
                answer = b""
                while len(answer) < 9:
                    answer += line.recv(16)
            assert answer[:3] == b"\x2a\x03\x04"
            assert FramerRTU.compute_CRC(answer[:-2]).to_bytes(2, "big") == answer[-2:]


def test_what_cannot_be_served_is_told(tmp_path: Path) -> None:
    pump_house = wisgate("twin", "serve", EXAMPLES / "pump-house.toml", state=tmp_path)
    assert pump_house.returncode == 1
    assert "slots with a serial line are none" in pump_house.stderr
    there = tmp_path / "there"
    there.touch()
    taken = wisgate("twin", "serve", AMBIENT, "--pty", there, state=tmp_path)
    assert (taken.returncode, "choose another name" in taken.stderr) == (1, True)
    wrong = wisgate("twin", "serve", AMBIENT, "--tcp", "5020", state=tmp_path)
    assert (wrong.returncode, "write 127.0.0.1:5020" in wrong.stderr) == (64, True)


def test_a_recording_plays_and_names_the_first_difference(tmp_path: Path) -> None:
    tape = tmp_path / "monday.rec"
    made = wisgate("record", AMBIENT, "-o", tape, "--for", "20s", "--virtual", state=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    played = wisgate("replay", tape, state=tmp_path)
    assert (played.returncode, played.stderr) == (0, "")
    assert played.stdout.splitlines()[:-1] == made.stdout.splitlines()[:-1]
    lines = tape.read_text().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if '"call":"transfer"' in line)
    tape.write_text(
        "".join([*lines[:at], lines[at].replace('"transfer"', '"transmit"'), *lines[at + 1 :]])
    )
    differs = wisgate("replay", tape, state=tmp_path)
    assert differs.returncode == 1
    assert differs.stderr.startswith(f"line {at + 1}: recorded i2c-1 transmit(")
    missing = wisgate("replay", tmp_path / "none", state=tmp_path)
    assert (missing.returncode, "cannot be read" in missing.stderr) == (1, True)
