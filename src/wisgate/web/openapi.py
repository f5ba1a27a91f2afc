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
    404: "no such point",
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
_TEMPLATE = "#/components/schemas/{name}"


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """OpenAPI 3.1."""
    table = list(operations)
    types = [t for op in table for t in (op.returns, op.body) if t is not None] + [ErrorView]
    _, components = msgspec.json.schema_components(types, ref_template=_TEMPLATE)
    paths: dict[str, Any] = {}
    for operation in table:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
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


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{_camel(operation.path)}",
        "summary": operation.summary,
        "description": f"Allowed for {operation.access.value}.",
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": _json(operation.body)}
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


def _responses(operation: Operation) -> dict[str, Any]:
    if operation.returns is None and operation.media == "application/json":
        responses: dict[str, Any] = {"204": {"description": "done"}}
    elif operation.returns is not None and operation.media == "application/json":
        responses = {"200": {"description": "done", "content": _json(operation.returns)}}
    else:
        text = {operation.media: {"schema": {"type": "string"}}}
        responses = {"200": {"description": "done", "content": text}}
    for status in operation.refusals:
        content = _json(ErrorView)
        responses[str(status)] = {"description": _REFUSALS[status], "content": content}
    return responses


def _json(body: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _TEMPLATE.format(name=body.__name__)}}}


def _camel(path: str) -> str:
    words = re.findall(r"[a-z0-9]+", path.removeprefix("/api/v1").lower())
    return "".join(word.capitalize() for word in words)
