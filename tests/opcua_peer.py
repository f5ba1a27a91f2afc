"""npm's `node-opcua-client` as the other side of our OPC UA server."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from npm_peer import FOLDER, installed
from peers import program

SCRIPT = """
const path = require("path");
const ua = require("node-opcua-client");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const order = JSON.parse(process.argv[1]);
const long = ([high, low]) => Number(BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low)));
const plain = (dv) => ({
  value: dv.value?.dataType === ua.DataType.Int64 ? long(dv.value.value) : dv.value?.value ?? null,
  type: dv.value ? ua.DataType[dv.value.dataType] : null,
  status: dv.statusCode.name,
  source: dv.sourceTimestamp ? dv.sourceTimestamp.getTime() : null,
});

async function tree(session, node) {
  const found = {};
  const result = await session.browse({
    nodeId: node, browseDirection: ua.BrowseDirection.Forward, resultMask: 63,
    referenceTypeId: "HierarchicalReferences", includeSubtypes: true, nodeClassMask: 0,
  });
  for (const r of result.references) {
    const id = r.nodeId.toString();
    if (r.nodeId.namespace === 0) continue;
    found[r.browseName.name] = {
      id, type: r.typeDefinition.toString(), inside: await tree(session, id),
    };
  }
  return found;
}

async function properties(session, node) {
  const found = {};
  const result = await session.browse({
    nodeId: node, referenceTypeId: "HasProperty", resultMask: 63, nodeClassMask: 0,
    browseDirection: ua.BrowseDirection.Forward, includeSubtypes: true,
  });
  for (const r of result.references) {
    const dv = await session.read({ nodeId: r.nodeId, attributeId: ua.AttributeIds.Value });
    found[r.browseName.name] = JSON.parse(JSON.stringify(dv.value.value));
  }
  return found;
}

async function watched(session, node, count, last) {
  const subscription = ua.ClientSubscription.create(session, {
    requestedPublishingInterval: 50, requestedLifetimeCount: 1000, requestedMaxKeepAliveCount: 10,
    maxNotificationsPerPublish: 100, publishingEnabled: true, priority: 1,
  });
  const item = ua.ClientMonitoredItem.create(
    subscription, { nodeId: node, attributeId: ua.AttributeIds.Value },
    { samplingInterval: 50, discardOldest: true, queueSize: 100 }, ua.TimestampsToReturn.Both);
  const seen = [];
  await new Promise((done) => item.on("changed", (dv) => {
    seen.push(plain(dv));
    console.error(`heard ${JSON.stringify(seen.at(-1))}`);
    if (seen.length >= count || seen.at(-1).status === last) done();
  }));
  await subscription.terminate();
  return seen;
}

async function main() {
  const manager = new OPCUACertificateManager({
    rootFolder: path.join(order.folder, "pki"), automaticallyAcceptUnknownCertificate: true,
  });
  await manager.initialize();
  const client = ua.OPCUAClient.create({
    endpointMustExist: false, securityMode: ua.MessageSecurityMode[order.mode],
    securityPolicy: ua.SecurityPolicy[order.policy], clientCertificateManager: manager,
    connectionStrategy: { maxRetry: 0 }, requestedSessionTimeout: 20000,
  });
  await client.connect(order.url);
  const user = order.user
    ? { type: ua.UserTokenType.UserName, userName: order.user, password: order.password }
    : { type: ua.UserTokenType.Anonymous };
  const session = await client.createSession(user);
  const told = [];
  for (const [verb, node, ...rest] of order.steps) {
    if (verb === "tree") told.push(await tree(session, node));
    if (verb === "properties") told.push(await properties(session, node));
    if (verb === "read") {
      told.push(plain(await session.read({ nodeId: node, attributeId: ua.AttributeIds.Value })));
    }
    if (verb === "watch") told.push(await watched(session, node, ...rest));
    if (verb === "namespaces") told.push(await session.readNamespaceArray());
    if (verb === "write") {
      const code = await session.write({
        nodeId: node, attributeId: ua.AttributeIds.Value,
        value: { value: { dataType: ua.DataType[rest[0]], value: rest[1] } },
      });
      told.push(code.name);
    }
  }
  await session.close();
  await client.disconnect();
  return told;
}

main().then((told) => { console.log(JSON.stringify({ told })); process.exit(0); },
  (error) => { console.log(JSON.stringify({ error: String(error.stack) })); process.exit(0); });
"""


class OpcuaError(Exception):
    """What the client said when it could not do what it was told."""


async def told(
    url: str,
    folder: Path,
    steps: list[list[Any]],
    *,
    user: tuple[str, str] | None = None,
    encrypted: bool = False,
    heard: asyncio.Queue[Any] | None = None,
) -> list[Any]:
    """What each step gave: ["tree", node], ["properties", node], ["read", node], ["watch", node,
    count, last status], ["write", node, type, value], ["namespaces", ""]. `heard` gets what a
    watched node tells as soon as it does. Raises OpcuaError."""
    installed("node-opcua-client")
    order = {
        "url": url, "folder": str(folder), "steps": steps,
        "mode": "SignAndEncrypt" if encrypted else "None",
        "policy": "Basic256Sha256" if encrypted else "None",
        "user": user[0] if user else "", "password": user[1] if user else "",
    }  # fmt: skip
    homes = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    process = await asyncio.create_subprocess_exec(
        program("node", "nodejs"), "-e", SCRIPT, json.dumps(order), cwd=FOLDER,
        env={**os.environ, **homes}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(60):
        printed = asyncio.create_task(process.stdout.read())
        noise = b""
        while line := await process.stderr.readline():
            noise += line
            if line.startswith(b"heard ") and heard is not None:
                heard.put_nowait(json.loads(line.removeprefix(b"heard ")))
        lines = (await printed).decode().splitlines()
        await process.wait()
    assert lines, noise.decode()
    answer = json.loads(lines[-1])
    if "error" in answer:
        raise OpcuaError(answer["error"])
    found: list[Any] = answer["told"]
    return found
