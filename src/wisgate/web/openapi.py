"""The OpenAPI document, made from the table of operations and the types of their bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from .operation import Access, Operation
from .shapes import ErrorView
from .views import version

_REFUSALS = {
    401: "not signed in",
    403: "not allowed",
    404: "no such point, alarm or command, or no [lorawan]",
    408: "the body took too long",
    409: "refused in the present state",
    413: "the body is too big",
    415: "the body is not JSON",
    421: "the Host header is none of this gateway's names",
    422: "the request does not fit",
    429: "too many tries",
    502: "the wire or the chip failed",
    503: "not possible at the moment",
}
Schemas = dict[type, dict[str, Any]]

_TEMPLATE = "#/components/schemas/{name}"


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    table = list(operations)
    types = [t for op in table for t in (op.returns, op.body) if t is not None] + [ErrorView]
    schemas, components = msgspec.json.schema_components(types, ref_template=_TEMPLATE)
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for operation in table:
        described = _described(operation, schema_of)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wisgate",
            "version": version(),
            "description": "Live values, history and outputs of a gateway.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "wisgate_<port>"}
            },
        },
    }


def _described(operation: Operation, schema_of: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{_camel(operation.path)}",
        "summary": operation.summary,
        "description": f"Allowed for {operation.access.value}.",
        "parameters": _parameters(operation),
        "responses": _responses(operation, schema_of),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _json(schema_of[operation.body])}
    if operation.access is not Access.OPEN:
        described["security"] = [{"session": []}]
        if operation.access is Access.READ:
            described["security"].append({})
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    in_query = [
        {"name": q.name, "in": "query", "schema": q.schema, "description": q.description}
        for q in operation.query
    ]
    return in_path + in_query


def _responses(operation: Operation, schema_of: Schemas) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if operation.returns is not None:
        content = _json(schema_of[operation.returns])
        responses["200"] = {"description": "done", "content": content}
        if operation.degraded:
            responses[str(operation.degraded)] = {"description": "not well", "content": content}
    elif operation.media != "application/json":
        text = {operation.media: {"schema": {"type": "string"}}}
        responses["200"] = {"description": "done", "content": text}
    else:
        responses["204"] = {"description": "done"}
    for status in operation.refusals:
        content = _json(schema_of[ErrorView])
        responses[str(status)] = {"description": _REFUSALS[status], "content": content}
    return responses


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _camel(path: str) -> str:
    words = re.findall(r"[a-z0-9]+", path.removeprefix("/api/v1").lower())
    return "".join(word.capitalize() for word in words)
