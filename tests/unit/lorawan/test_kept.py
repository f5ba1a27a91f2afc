from __future__ import annotations

import pytest
from radio_bench import ROOF, SHED

from wisgate.core.errors import StoreError
from wisgate.lorawan.kept import FILE, Kept


def test_gateways_are_kept(tmp_path):
    first = Kept(tmp_path / "new")
    assert first.gateways == {}
    first.keep("EU868", ROOF)
    first.keep("ISM2400", SHED)
    second = Kept(tmp_path / "new")
    assert second.gateways == {"EU868": ROOF, "ISM2400": SHED}
    assert (tmp_path / "new" / FILE).stat().st_mode & 0o77 == 0


@pytest.mark.parametrize("content", [b"", b"{", b'{"gateways":[]}', b"\xff"])
def test_a_damaged_file(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreError, match=r"lorawan\.json: .*; write the EUI of the gateway as gat"):
        Kept(tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path):
    kept = Kept(tmp_path / "file")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"lorawan\.json"):
        kept.keep("EU868", ROOF)


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match=r"Is a directory.*; write the EUI"):
        Kept(tmp_path)
