"""The dashboard's files: complete, local, and of the size of the house."""

import hashlib
import re
from pathlib import Path

import pytest

import wisgate.web

STATIC = Path(wisgate.web.__file__).parent / "static"
VENDOR = STATIC / "vendor"
OURS = [p for p in STATIC.rglob("*") if p.is_file() and VENDOR not in p.parents]


def test_vendored_files_are_the_ones_that_are_noted():
    text = (VENDOR / "LICENSES.md").read_text()
    noted = dict(re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.M))
    found = {
        hashlib.sha256(p.read_bytes()).hexdigest(): p.name
        for p in VENDOR.iterdir()
        if p.name != "LICENSES.md"
    }
    assert found == noted


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_nothing_is_loaded_from_elsewhere(path):
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text)


@pytest.mark.parametrize("path", [p for p in OURS if p.suffix == ".js"], ids=lambda p: p.name)
def test_every_import_exists_and_modules_are_small(path):
    text = path.read_text()
    for target in re.findall(r'from "([^"]+)"', text):
        assert (path.parent / target).resolve().is_file(), target
    assert len(text.splitlines()) <= 300


def test_the_page_names_only_files_that_exist_and_no_inline_code():
    text = (STATIC / "index.html").read_text()
    for target in re.findall(r'(?:src|href)="([^"/][^"]*)"', text):
        assert (STATIC / target).is_file(), target
    assert not re.search(r"<script[^>]*>[^<]|<style|\son\w+=|\sstyle=", text)
