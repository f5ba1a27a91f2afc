"""Why a broker cannot be used, in words, with the cure where there is one."""

from __future__ import annotations

import socket
import ssl

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from ..config.brokers import BrokerConfig
from .client import CLOSED_EARLY

TIMEOUT_S = 10.0
"""How long a broker may take for any answer."""

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
"""By reason code of MQTT 5 (OASIS, MQTT 5.0, section 2.4); paho translates the return codes 1 to 5
of 3.1.1 to these. Codes that tell the same to a user as their name are left out."""


def reason(code: ReasonCode) -> str:
    """What a reason code tells."""
    return WORDS.get(code.value, f"the broker says: {code.getName().lower()}")


def why(error: Exception, config: BrokerConfig) -> str:
    """What `error` of a connection means."""
    cause = error.__context__ if isinstance(error.__context__, OSError) else error
    match cause:
        case socket.gaierror():
            return f"the name {config.host} is not known; check the url and the DNS"
        case ConnectionRefusedError():
            return "connection refused; is the broker running, and is this its port?"
        case ssl.SSLCertVerificationError():
            told = cause.verify_message
            return f"its certificate is not trusted ({told}); name its CA in ca_file"
        case ssl.SSLError() if "ALERT" in (cause.reason or ""):
            return _not_let_in(config)
        case ssl.SSLError() | ConnectionResetError() if config.tls:
            return f"no TLS on this port ({cause}); write mqtt:// in url, or use the TLS port"
        case TimeoutError():
            return _silent()
    if isinstance(error, aiomqtt.MqttCodeError):
        return _told(error, config)
    if "timed out" in str(error):
        return _silent()
    return str(error) or type(error).__name__


def _silent() -> str:
    return f"no answer in {TIMEOUT_S:g} s; check the network and the firewall"


def gave_reason(error: Exception) -> bool:
    """Whether the broker said why it ended a connection: MQTT 5 only. paho calls a connection that
    simply ended an unspecified error."""
    code = getattr(error, "rc", None)
    return isinstance(code, ReasonCode) and code.value > UNSPECIFIED


def _told(error: aiomqtt.MqttCodeError, config: BrokerConfig) -> str:
    if isinstance(error, MqttConnectError) and isinstance(error.rc, ReasonCode):
        return WORDS[0x86] if error.rc.value in LOGIN_REFUSED else reason(error.rc)
    if gave_reason(error) and isinstance(error.rc, ReasonCode):
        return reason(error.rc)
    if CLOSED_EARLY not in error.args:
        return "the connection broke"
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
