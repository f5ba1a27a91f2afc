"""The nodes of the OPC UA server: a folder for each module, a variable for each point, kept up to
date with live values."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from asyncua import Node, Server, ua

from ...core.points import Kind, Point, Reading, Status
from ...core.units import display
from .base import Served
from .opcua_units import CODES, NEVER_READ, STATUS_CODES, UNECE, unit_id

log = logging.getLogger(__name__)

GATHER_S = 0.1
"""How long news may wait, so that many come together."""
LOOK_S = 1.0
"""How often all points are looked at, for those that grew old."""
TYPES = {
    Kind.FLOAT: ua.VariantType.Double, Kind.INT: ua.VariantType.Int64,
    Kind.BOOL: ua.VariantType.Boolean, Kind.TEXT: ua.VariantType.String,
}  # fmt: skip
PLAIN = {Kind.FLOAT: float, Kind.INT: int, Kind.BOOL: bool, Kind.TEXT: str}
"""What the value of a kind is before it is encoded: a whole number may come for a float."""
ALARMS = "alarms"
Range = tuple[float, float]


class Space:
    """Threads: the event loop only."""

    def __init__(
        self, server: Server, namespace: int, points: Sequence[Point], served: Served
    ) -> None:
        self.points = {ua.NodeId(p.name, namespace): p for p in points}
        """By node."""
        self._server, self._namespace, self._served = server, namespace, served
        self._nodes = {p.name: node for node, p in self.points.items()}
        self._shown: dict[str, Reading] = {}
        self._phases: dict[str, str] = {}
        self._news: dict[str, None] = {}
        """Points to look at, in the order of their news."""

    async def build(self, ranges: Mapping[str, Range]) -> None:
        """Make the nodes. `ranges` holds the ends of points whose range is known."""
        root = await self._folder(self._server.nodes.objects, self._served.config.name, "gateway")
        places: dict[str, Node] = {}
        for node, point in self.points.items():
            place = place_of(point)
            if place not in places:
                places[place] = await self._folder(root, place, f"place/{place}")
            await self._variable(places[place], node, point, ranges.get(point.name))
        alarms = self._served.alarms.all()
        if alarms:
            folder = await self._folder(root, ALARMS, ALARMS)
            for alarm in alarms:
                name = alarm.config.name
                await self._alarm(folder, name, alarm.config.severity)

    async def run(self) -> None:
        """Show what is new, for ever. What grew old is found by looking at all, now and then."""
        unlisten = self._served.live.listen(
            lambda reading: self._note(reading.name), self._nodes.keys()
        )
        try:
            while True:
                for name in self._nodes:
                    self._note(name)
                for _ in range(round(LOOK_S / GATHER_S)):
                    await self._refresh_anyway()
                    await asyncio.sleep(GATHER_S)
        finally:
            unlisten()

    async def _refresh_anyway(self) -> None:
        try:
            await self.refresh()
        except Exception:
            log.exception("OPC UA: unexpected; these values are not shown")

    def _note(self, name: str) -> None:
        if name in self._nodes:
            self._news[name] = None

    async def refresh(self) -> None:
        """Bring every node up to date of which there is news, and every alarm."""
        live = self._served.live
        news, self._news = self._news, {}
        for name in news:
            node, reading = self._nodes[name], live.get(name)
            if reading is not None and reading != self._shown.get(name):
                self._shown[name] = reading
                await self._write(node, _shown(self.points[node], reading))
        for name, told in self._phases.items():
            phase = str(self._served.alarms.phase(name))
            if phase != told:
                self._phases[name] = phase
                await self._write(self._id(f"alarm/{name}"), _text(phase))

    async def _write(self, node: ua.NodeId, value: ua.DataValue) -> None:
        status = await self._server.iserver.aspace.write_attribute_value(
            node, ua.AttributeIds.Value, value
        )
        status.check()

    def _id(self, name: str) -> ua.NodeId:
        return ua.NodeId(name, self._namespace)

    async def _folder(self, parent: Node, name: str, node: str) -> Node:
        return await parent.add_folder(self._id(node), ua.QualifiedName(name, self._namespace))

    async def _variable(
        self, folder: Node, node: ua.NodeId, point: Point, ends: Range | None
    ) -> None:
        number = point.kind in (Kind.FLOAT, Kind.INT)
        unit = CODES.get(point.unit) if number else None
        kind = ua.ObjectIds.BaseDataVariableType
        if number and ends is not None:
            kind = ua.ObjectIds.AnalogItemType
        elif unit is not None:
            kind = ua.ObjectIds.AnalogUnitType
        await self._add(folder, node, point, kind)
        made = self._server.get_node(node)
        if number and ends is not None:
            span = ua.Range(Low=min(ends), High=max(ends))
            await made.add_property(self._id(f"{point.name}/EURange"), "0:EURange", span)
        if unit is not None:
            shown = ua.LocalizedText(display(point.unit))
            told = ua.EUInformation(UNECE, unit_id(unit), shown, shown)
            await made.add_property(
                self._id(f"{point.name}/EngineeringUnits"), "0:EngineeringUnits", told
            )
        await self._write(node, _bad(NEVER_READ))

    async def _add(self, folder: Node, node: ua.NodeId, point: Point, kind: int) -> None:
        access = ua.AccessLevel.CurrentRead.mask
        if point.writable:
            access |= ua.AccessLevel.CurrentWrite.mask
        text = ua.LocalizedText(point.name)
        attributes = ua.VariableAttributes(
            DisplayName=text,
            Description=ua.LocalizedText(point.source),
            DataType=ua.NodeId(TYPES[point.kind].value),
            Value=ua.Variant(None, ua.VariantType.Null),
            ValueRank=ua.ValueRank.Scalar,
            AccessLevel=access,
            UserAccessLevel=access,
        )
        item = ua.AddNodesItem(
            ParentNodeId=folder.nodeid,
            ReferenceTypeId=ua.NodeId(ua.ObjectIds.HasComponent),
            RequestedNewNodeId=node,
            BrowseName=ua.QualifiedName(point.name, self._namespace),
            NodeClass=ua.NodeClass.Variable,
            NodeAttributes=attributes,
            TypeDefinition=ua.NodeId(kind),
        )
        (result,) = await self._server.iserver.isession.add_nodes([item])
        result.StatusCode.check()

    async def _alarm(self, folder: Node, name: str, severity: str) -> None:
        """A text with the phase of an alarm, and its severity as a property."""
        self._phases[name] = phase = str(self._served.alarms.phase(name))
        browse = ua.QualifiedName(name, self._namespace)
        made = await folder.add_variable(self._id(f"alarm/{name}"), browse, phase)
        await made.add_property(self._id(f"alarm/{name}/severity"), "severity", severity)


def place_of(point: Point) -> str:
    """The folder of a point: a slot, a host, a function of the board, "virtual", "calculated"."""
    place, _, rest = point.source.partition("/")
    return rest.partition("/")[0] if place == "onboard" else place


def _shown(point: Point, reading: Reading) -> ua.DataValue:
    """A value with its status and when it was read."""
    when = datetime.fromtimestamp(reading.time_ns / 1e9, UTC)
    code = STATUS_CODES[reading.status]
    if reading.value is None or not reading.status.carries_value:
        code = code if code.startswith("Bad") else STATUS_CODES[Status.FAULT]
        return _bad(code, when)
    value = ua.Variant(PLAIN[point.kind](reading.value), TYPES[point.kind])
    return ua.DataValue(value, StatusCode=status_code(code), SourceTimestamp=when)


def _bad(code: str, when: datetime | None = None) -> ua.DataValue:
    null = ua.Variant(None, ua.VariantType.Null)
    return ua.DataValue(null, StatusCode=status_code(code), SourceTimestamp=when)


def _text(phase: str) -> ua.DataValue:
    return ua.DataValue(ua.Variant(phase, ua.VariantType.String), SourceTimestamp=datetime.now(UTC))


def status_code(name: str) -> ua.StatusCode:
    """By its name in the standard."""
    return ua.StatusCode(getattr(ua.StatusCodes, name))
