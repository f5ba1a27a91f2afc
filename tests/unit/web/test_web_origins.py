"""Which names and pages are ours."""

import pytest

from wisgate.web.origins import Origins, loopback


@pytest.mark.parametrize(
    "host", ["localhost:8391", "127.0.0.1", "[::1]:8391", "LOCALHOST", "gw.lan."]
)
def test_our_own_names_are_known(host):
    assert Origins("127.0.0.1", ["gw.lan"]).known(host)


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "192.168.1.5", "localhost@evil.example",
             "[::1", "127.0.0.1.evil.example:8391"],
)  # fmt: skip
def test_other_names_are_not(host):
    assert not Origins("127.0.0.1", ["gw.lan"]).known(host)


def test_a_listener_on_every_interface_takes_addresses_but_no_names():
    origins = Origins("0.0.0.0", ())
    assert origins.known("192.168.1.5:8391")
    assert origins.known("[fe80::1]:8391")
    assert not origins.known("evil.example:8391")


@pytest.mark.parametrize(
    ("origin", "site", "same"),
    [
        ("http://localhost:8391", "same-origin", True),
        ("http://localhost:8391", "", True),
        ("", "", True),
        ("", "same-origin", True),
        ("", "cross-site", False),
        ("", "same-site", False),
        ("http://localhost:9999", "same-site", False),
        ("http://localhost:9999", "", False),
        ("https://localhost:8391", "", False),
        ("null", "", False),
        ("http://evil.example", "cross-site", False),
    ],
)
def test_pages_of_others_are_refused(origin, site, same):
    assert Origins("127.0.0.1", ()).same("http", "localhost:8391", origin, site) is same


def test_what_only_this_machine_can_reach():
    assert loopback("127.0.0.1")
    assert loopback("127.9.9.9")
    assert loopback("::1")
    assert loopback("localhost")
    assert not loopback("0.0.0.0")
    assert not loopback("192.168.1.5")
    assert not loopback("gw.lan")
