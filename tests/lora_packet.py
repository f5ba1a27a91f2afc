"""Frames as npm's `lora-packet` reads and writes them: another implementation, by other people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import npm_peer

SCRIPT = """
const lora = require("lora-packet");
const bytes = (hex) => Buffer.from(hex, "hex");
const hex = (buffer) => buffer ? buffer.toString("hex") : null;
const keys = (found) => Object.fromEntries(Object.entries(found).map(([k, v]) => [k, hex(v)]));
const orders = {
    read({phy, nwk, app, high}) {
        const packet = lora.fromWire(bytes(phy));
        const msb = bytes(high);
        return {
            mic: lora.verifyMIC(packet, bytes(nwk), undefined, msb),
            payload: hex(lora.decrypt(packet, bytes(app), bytes(nwk), msb)),
            address: hex(packet.DevAddr), counter: packet.getFCnt(), port: packet.getFPort(),
            direction: packet.getDir(), confirmed: packet.isConfirmed(), options: hex(packet.FOpts),
            adr: packet.getFCtrlADR(), ack: packet.getFCtrlACK(),
        };
    },
    write({type, address, counter, port, payload, options, adr, ack, nwk, app, high}) {
        return hex(lora.fromFields({
            MType: type, DevAddr: bytes(address), FCnt: bytes(counter), FPort: port,
            payload: bytes(payload), FOpts: bytes(options), FCtrl: {ADR: adr, ACK: ack},
        }, bytes(app), bytes(nwk), undefined, bytes(high)).getPHYPayload());
    },
    ask({join_eui, dev_eui, nonce, key}) {
        return hex(lora.fromFields({
            AppEUI: bytes(join_eui), DevEUI: bytes(dev_eui), DevNonce: bytes(nonce),
        }, null, null, bytes(key)).getPHYPayload());
    },
    request({phy, key}) {
        const packet = lora.fromWire(bytes(phy));
        return {
            mic: lora.verifyMIC(packet, undefined, bytes(key)),
            join_eui: hex(packet.AppEUI), dev_eui: hex(packet.DevEUI), nonce: hex(packet.DevNonce),
        };
    },
    accept({phy, key, nonce}) {
        const plain = lora.fromWire(lora.decryptJoinAccept(lora.fromWire(bytes(phy)), bytes(key)));
        return {
            mic: lora.verifyMIC(plain, undefined, bytes(key)),
            join_nonce: hex(plain.AppNonce), net_id: hex(plain.NetID), address: hex(plain.DevAddr),
            settings: hex(plain.DLSettings), delay: hex(plain.RxDelay), channels: hex(plain.CFList),
            ...keys(lora.generateSessionKeys10(
                bytes(key), plain.NetID, plain.AppNonce, bytes(nonce))),
        };
    },
    keys11({app, nwk, join_eui, dev_eui, join_nonce, nonce}) {
        return {
            ...keys(lora.generateSessionKeys11(
                bytes(app), bytes(nwk), bytes(join_eui), bytes(join_nonce), bytes(nonce))),
            ...keys(lora.generateJSKeys(bytes(nwk), bytes(dev_eui))),
        };
    },
};
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([order, given]) => orders[order](given))));
"""


def answers(orders: Sequence[tuple[str, dict[str, Any]]]) -> list[Any]:
    """What it says to each order; bytes are hexadecimal, the most significant of numbers first."""
    return npm_peer.answers("lora-packet", SCRIPT, orders)
