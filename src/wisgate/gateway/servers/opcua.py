"""Live values over OPC UA, by asyncua: who may connect, and what may be written."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.address_space import AttributeService
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ...config.servers.opcua import OpcuaServerConfig
from ...core.clock import Clock
from ...core.errors import BusError, ChipError, OutputRefused, Unavailable
from ...core.points import fitting
from ...core.rate_limit import RateLimit
from ...store.files import write_synced
from ..outputs import TooSoon
from .base import Served, cannot_listen
from .opcua_space import Space, status_code

log = logging.getLogger(__name__)

ENCRYPTED = [
    ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    ua.SecurityPolicyType.Basic256Sha256_Sign,
]
TRIES, TRIES_S = 10, 60.0
"""Wrong passwords for one name, and in how many seconds; then it waits."""
DAYS = 3650
"""For which a certificate that we make is valid: nobody is there to renew it."""


SELF = User(role=UserRole.Admin)
"""asyncua, when it writes for itself."""


def make(config: OpcuaServerConfig, served: Served) -> OpcuaServer:
    return OpcuaServer(config, served)


class OpcuaServer:
    """Threads: the event loop only."""

    def __init__(self, config: OpcuaServerConfig, served: Served) -> None:
        self.name = config.name
        self._config, self._served = config, served
        self._server: Server | None = None
        self._refreshing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        # What strangers send is no news: asyncua has a traceback for much of it.
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        server = Server(user_manager=Users(self._config.users_file, self._served.clock))
        await server.init()
        space = await self._set_up(server)
        address = f"{self._config.host}:{self._config.port}"
        try:
            await server.start()
        except OSError as error:
            raise cannot_listen(self.name, address, error) from None
        self._server = server
        self._refreshing = asyncio.create_task(space.run(), name=f"server {self.name}")
        log.info("server %s: OPC UA on %s", self.name, address)

    async def close(self) -> None:
        if self._refreshing is not None:
            self._refreshing.cancel()
            with suppress(asyncio.CancelledError):
                await self._refreshing
        if self._server is not None:
            await self._server.stop()

    async def _set_up(self, server: Server) -> Space:
        config, served = self._config, self._served
        host = f"[{config.host}]" if ":" in config.host else config.host
        server.set_endpoint(f"opc.tcp://{host}:{config.port}/wisgate")
        uri = f"urn:wisgate:{served.config.name}:{self.name}"
        server.set_server_name(served.config.name)
        await server.set_application_uri(uri)
        await self._secure(server, uri)
        server.iserver.max_connections = config.connections
        points = [p for p in served.config.points if not config.points or p.name in config.points]
        namespace = await server.register_namespace(f"{uri}:points")
        space = Space(server, namespace, points, served)
        await space.build(
            {
                p.point.name: p.scale[2:]
                for slot in served.config.slots
                for p in slot.points
                if p.scale is not None
            }
        )
        writes = Writes(server.iserver.attribute_service, space, config, served)
        server.iserver.attribute_service = writes
        return space

    async def _secure(self, server: Server, uri: str) -> None:
        if self._config.users_file is None:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
            server.set_identity_tokens([ua.AnonymousIdentityToken])
            return
        folder = self._served.folder
        certificate, key = folder / f"opcua-{self.name}.pem", folder / f"opcua-{self.name}.key"
        try:
            if not (certificate.is_file() and key.is_file()):
                await asyncio.to_thread(_make_certificate, certificate, key, uri)
            await server.load_certificate(certificate, "PEM")
            await server.load_private_key(key, format="PEM")
        except (OSError, ValueError) as error:
            cure = f"remove {certificate.name} and {key.name}, new ones are made; or mend the drive"
            raise Unavailable(
                f"server {self.name}: no certificate in {folder}: {error}; {cure}"
            ) from error
        server.set_security_policy(ENCRYPTED)
        server.set_identity_tokens([ua.UserNameIdentityToken])


class Users:
    """Who may connect: everybody without a file, otherwise who is in it. Read at each sign-in, so
    that a change needs no restart. asyncua does not tell from where somebody tries."""

    def __init__(self, file: Path | None, clock: Clock) -> None:
        self._file = file
        self._failures = RateLimit(TRIES, TRIES_S, clock)

    def get_user(
        self, _: Any, username: str | None = None, password: str | None = None,
        certificate: Any = None,
    ) -> User | None:  # fmt: skip
        if self._file is None:
            return User(role=UserRole.User)
        expected = self._passwords().get(username or "", "")
        given = (password or "").encode()
        known = bool(expected) and hmac.compare_digest(expected.encode(), given)
        if not self._failures.take(username or ""):
            log.warning("OPC UA: %r is refused: too many tries, again in a minute", username)
            return None
        if known:
            self._failures.forget(username or "")
        else:
            log.warning("OPC UA: %r is refused: wrong name or password", username)
        return User(role=UserRole.User, name=username) if known else None

    def _passwords(self) -> dict[str, str]:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines() if self._file else []
        except (OSError, UnicodeDecodeError) as error:
            log.warning("%s cannot be read: %s; nobody is let in", self._file, error)
            return {}
        pairs = (line.partition(":") for line in lines if ":" in line)
        return {name.strip(): password for name, _, password in pairs}


class Writes:
    """What clients write goes to the outputs of the gateway, and nowhere else; the rest is as
    asyncua has it. Threads: the event loop only."""

    def __init__(
        self, inner: AttributeService, space: Space, config: OpcuaServerConfig, served: Served
    ) -> None:
        self._inner, self._space = inner, space
        self._config, self._served = config, served

    def read(self, params: Any) -> Any:
        return self._inner.read(params)

    async def write(self, params: Any, user: Any = SELF) -> list[Any]:
        """A status code for each value."""
        if user.role is UserRole.Admin:
            return list(await self._inner.write(params, user))
        return [status_code(await self._written(value, user)) for value in params.NodesToWrite]

    async def _written(self, write: Any, user: Any) -> str:
        """The name of the status code."""
        point = self._space.points.get(write.NodeId)
        if write.AttributeId != ua.AttributeIds.Value or write.IndexRange:
            return "BadWriteNotSupported"
        if point is None or not point.writable or not self._config.commands:
            return "BadNotWritable"
        if user.name is None:
            return "BadUserAccessDenied"
        variant = write.Value.Value
        try:
            value = fitting(point, None if variant is None else variant.Value)
        except ValueError:
            return "BadTypeMismatch"
        cause = f"server {self._config.name} {user.name}"
        try:
            await self._served.write(point.name, value, cause)
        except TooSoon:
            return "BadInvalidState"
        except (OutputRefused, BusError, ChipError) as error:
            log.info("%s wanted %s = %r: %s", cause, point.name, value, error)
            refused = isinstance(error, OutputRefused)
            return "BadRequestNotAllowed" if refused else "BadCommunicationError"
        await self._space.refresh()
        return "Good"


def _make_certificate(certificate: Path, key: Path, uri: str) -> None:
    """Sign ourselves: clients are to trust this very certificate. Raises OSError."""
    private = generate_private_key()
    names = [x509.UniformResourceIdentifier(uri), x509.DNSName(os.uname().nodename)]
    usage = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    signed = generate_self_signed_app_certificate(private, "wisgate", {}, names, usage, DAYS)
    write_synced(key, dump_private_key_as_pem(private), 0o600)
    write_synced(certificate, signed.public_bytes(Encoding.PEM))
