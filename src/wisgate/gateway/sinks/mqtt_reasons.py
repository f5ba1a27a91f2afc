"""Why a broker cannot be used, in words, with the cure where there is one."""

from __future__ import annotations

import socket
import ssl

from ...config.brokers import BrokerConfig
from .mqtt_client import TIMEOUT_S, Ended
from .mqtt_packets import Malformed

UNSPECIFIED = 0x80
LOGIN_REFUSED = (0x86, 0x87)
NEVER = (0x90, 0x95, 0x99)
"""What is said of a message that will not be taken at any time: its topic, size or format."""

WORDS = {
    0x81: "the broker finds a packet of ours malformed",
    0x82: "the broker sees a breach of the protocol",
    0x84: 'the broker does not speak MQTT 5; write version = "3.1.1"',
    0x85: "the broker refuses our client identifier",
    0x86: "the broker refuses user or password; check url and password_file",
    0x87: "the broker does not allow it; check user, password and the access list of the broker",
    0x88: "the broker is not available now",
    0x89: "the broker is too busy",
    0x8A: "the broker has banned us",
    0x8B: "the broker shuts down",
    0x8E: "another client has taken over our name; two gateways must not share one",
    0x90: "the broker does not take this topic",
    0x93: "the broker was sent more at once than it takes",
    0x95: "larger than what the broker takes",
    0x96: "the broker finds that we send too fast",
    0x97: "a quota of the broker is used up",
    0x98: "the broker's administrator ended the connection",
    0x99: "the broker takes another format of payload here",
    0x9A: "the broker keeps no retained messages; it must for our state",
    0x9B: "the broker does not take messages of QoS 1",
    0x9C: "the broker wants us to use another server",
    0x9D: "the broker has moved to another server",
}
"""By reason code (OASIS, MQTT 5.0, section 2.4)."""


def reason(code: int) -> str:
    """What a reason code tells."""
    return WORDS.get(code, f"the broker gives no more than the reason {code:#04x} of MQTT")


def gave_reason(error: Exception | None) -> bool:
    """Whether the broker said why it ended a connection."""
    return isinstance(error, Ended) and error.code is not None and error.code > UNSPECIFIED


def why(error: Exception, config: BrokerConfig) -> str:
    """What `error` of a connection means."""
    match error:
        case Ended():
            return _told(error, config)
        case Malformed():
            return f"what answers is no MQTT broker ({error}); check host and port in url"
        case socket.gaierror():
            return f"the name {config.host} is not known; check the url and the DNS"
        case ssl.SSLCertVerificationError():
            told = error.verify_message
            return f"its certificate is not trusted ({told}); name its CA in ca_file"
        case ssl.SSLError() if "ALERT" in (error.reason or ""):
            return _not_let_in(config)
        case ssl.SSLError() | ConnectionResetError() | ConnectionAbortedError() if config.tls:
            return f"no TLS on this port ({error}); write mqtt:// in url, or use the TLS port"
        case TimeoutError():
            return f"no answer in {TIMEOUT_S:g} s; check the network and the firewall"
        case OSError() if "Connect call failed" in str(error):  # to one or several addresses
            return "connection refused; is the broker running, and is this its port?"
    return str(error) or type(error).__name__


def _told(error: Ended, config: BrokerConfig) -> str:
    if error.code is not None and error.early:
        return WORDS[0x86] if error.code in LOGIN_REFUSED else reason(error.code)
    if error.code is not None and gave_reason(error):
        return reason(error.code)
    if not error.early:
        return "the connection broke before the acknowledgement"
    if config.tls:
        return _not_let_in(config)
    return "the broker hung up before it answered; is this its port, and one without TLS?"


def _not_let_in(config: BrokerConfig) -> str:
    if config.cert_file is None:
        return (
            "the broker ended the TLS handshake; if it wants a certificate of ours, name it in"
            " cert_file and key_file"
        )
    return (
        f"the broker ended the TLS handshake; it must trust the CA of {config.cert_file.name}, and"
        " the certificate must be valid today"
    )
