"""How ChirpStack v4 and gateways write to each other: messages in Protocol Buffers or in JSON.

Source: ChirpStack, `api/proto/gw/gw.proto` of 4.16: names, numbers and types of the fields.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format  # type: ignore[import-untyped]  # it brings no types

from ..protocols import protobuf

CODE_RATES = (
    "CR_UNDEFINED", "CR_4_5", "CR_4_6", "CR_4_7", "CR_4_8", "CR_3_8", "CR_2_6", "CR_1_4", "CR_1_6",
    "CR_5_6", "CR_LI_4_5", "CR_LI_4_6", "CR_LI_4_8",
)  # fmt: skip
RATES = {
    "CR_4_5": "4/5", "CR_4_6": "4/6", "CR_4_7": "4/7", "CR_4_8": "4/8",
    "CR_LI_4_5": "4/5LI", "CR_LI_4_6": "4/6LI", "CR_LI_4_8": "4/8LI",
}  # fmt: skip
"""As forwarders write them; the others are of LR-FHSS."""
_ENUMS = {
    "CodeRate": CODE_RATES,
    "CRCStatus": ("NO_CRC", "BAD_CRC", "CRC_OK"),
    "TxAckStatus": (
        "IGNORED", "OK", "TOO_LATE", "TOO_EARLY", "COLLISION_PACKET", "COLLISION_BEACON", "TX_FREQ",
        "TX_POWER", "GPS_UNLOCKED", "QUEUE_FULL", "INTERNAL_ERROR", "DUTY_CYCLE_OVERFLOW",
    ),
    "State": ("OFFLINE", "ONLINE"),
}  # fmt: skip
_FIELDS: dict[str, tuple[protobuf.Field, ...]] = {
    "Location": (("latitude", 1, "double"), ("longitude", 2, "double"), ("altitude", 3, "double")),
    "LoraModulationInfo": (
        ("bandwidth", 1, "uint32"), ("spreading_factor", 2, "uint32"), ("code_rate", 5, "CodeRate"),
        ("polarization_inversion", 4, "bool"), ("preamble", 6, "uint32"), ("no_crc", 7, "bool"),
    ),
    "FskModulationInfo": (("frequency_deviation", 1, "uint32"), ("datarate", 2, "uint32")),
    "Modulation": (
        ("lora", 3, "LoraModulationInfo/parameters"), ("fsk", 4, "FskModulationInfo/parameters"),
    ),
    "UplinkTxInfo": (("frequency", 1, "uint32"), ("modulation", 2, "Modulation")),
    "UplinkRxInfo": (
        ("gateway_id", 1, "string"), ("uplink_id", 2, "uint32"),
        ("gw_time", 3, protobuf.TIMESTAMP), ("time_since_gps_epoch", 4, protobuf.DURATION),
        ("fine_time_since_gps_epoch", 5, protobuf.DURATION), ("rssi", 6, "int32"),
        ("snr", 7, "float"), ("channel", 8, "uint32"), ("rf_chain", 9, "uint32"),
        ("board", 10, "uint32"), ("antenna", 11, "uint32"), ("context", 13, "bytes"),
        ("metadata", 15, "string:string"), ("crc_status", 16, "CRCStatus"),
    ),
    "UplinkFrame": (
        ("phy_payload", 1, "bytes"), ("tx_info", 4, "UplinkTxInfo"), ("rx_info", 5, "UplinkRxInfo"),
    ),
    "GatewayStats": (
        ("gateway_id", 17, "string"), ("time", 2, protobuf.TIMESTAMP), ("location", 3, "Location"),
        ("rx_packets_received", 5, "uint32"), ("rx_packets_received_ok", 6, "uint32"),
        ("tx_packets_received", 7, "uint32"), ("tx_packets_emitted", 8, "uint32"),
        ("metadata", 10, "string:string"),
    ),
    "Immediate": (),
    "Delay": (("delay", 1, protobuf.DURATION),),
    "GpsEpoch": (("time_since_gps_epoch", 1, protobuf.DURATION),),
    "Timing": (
        ("immediately", 1, "Immediate/parameters"), ("delay", 2, "Delay/parameters"),
        ("gps_epoch", 3, "GpsEpoch/parameters"),
    ),
    "DownlinkTxInfo": (
        ("frequency", 1, "uint32"), ("power", 2, "int32"), ("modulation", 3, "Modulation"),
        ("board", 4, "uint32"), ("antenna", 5, "uint32"), ("timing", 6, "Timing"),
        ("context", 7, "bytes"),
    ),
    "DownlinkFrameItem": (("phy_payload", 1, "bytes"), ("tx_info", 3, "DownlinkTxInfo")),
    "DownlinkFrame": (
        ("downlink_id", 3, "uint32"), ("items", 5, "DownlinkFrameItem*"),
        ("gateway_id", 7, "string"),
    ),
    "DownlinkTxAckItem": (("status", 1, "TxAckStatus"),),
    "DownlinkTxAck": (
        ("gateway_id", 6, "string"), ("downlink_id", 2, "uint32"),
        ("items", 5, "DownlinkTxAckItem*"),
    ),
    "ConnState": (("gateway_id", 3, "string"), ("state", 2, "State")),
}  # fmt: skip
_MESSAGES = protobuf.built("wisgate.chirpstack", "proto3", _FIELDS, _ENUMS)
UplinkFrame: Any = _MESSAGES["UplinkFrame"]
Received: Any = _MESSAGES["UplinkRxInfo"]
DownlinkFrame: Any = _MESSAGES["DownlinkFrame"]
DownlinkTxAck: Any = _MESSAGES["DownlinkTxAck"]
GatewayStats: Any = _MESSAGES["GatewayStats"]
ConnState: Any = _MESSAGES["ConnState"]


class Codec:
    """How messages are written: `encoding` is "protobuf" or "json"."""

    def __init__(self, encoding: str) -> None:
        self._json = encoding == "json"

    def encode(self, message: Any) -> bytes:
        if self._json:
            text: str = json_format.MessageToJson(message, indent=None)
            return text.encode()
        written: bytes = message.SerializeToString()
        return written

    def encoded(self, kind: Any, written: bytes) -> bytes:
        """The same of a message of `kind` that is in Protocol Buffers already."""
        return self.encode(kind.FromString(written)) if self._json else written

    def decode(self, kind: Any, payload: bytes) -> Any:
        """A message of `kind`. Raises ValueError."""
        try:
            if self._json:
                return json_format.Parse(payload, kind(), ignore_unknown_fields=True)
            return kind.FromString(payload)
        except (protobuf.DecodeError, json_format.ParseError, UnicodeDecodeError) as error:
            encoding = "JSON" if self._json else "Protocol Buffers"
            raise ValueError(f"no {kind.DESCRIPTOR.name} in {encoding} ({error})") from None
