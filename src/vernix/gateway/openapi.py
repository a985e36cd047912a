"""The interface as an OpenAPI 3.1 document, made from the route table: for clients, fuzzers, the reference.

The gateway does not serve it: who looks at a gateway finds nothing that need not be there.
https://spec.openapis.org/oas/v3.1.1
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vernix import __version__
from vernix.gateway.authentication import Access
from vernix.gateway.limits import Limits
from vernix.gateway.routes import ROUTES, Route
from vernix.gateway.shapes import JSON, SHAPES, Schema, Shape

_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_SIGNED = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "HTTP Message Signatures (RFC 9421) in the profile of the gateway's interface: with "
    "Signature-Input and Content-Digest, valid for a minute, taken once.",
}


def document() -> dict[str, Any]:
    """The whole document. Capability addresses (``/parts/...``) are not in it: they speak tus 1.0.0."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path.replace(":path", ""), {})[route.method.lower()] = _operation(
            route, SHAPES[route.name]
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "vernix gateway",
            "version": __version__,
            "summary": "Carries sealed deliveries, and can open none.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {
                "Refusal": {
                    "type": "object",
                    "properties": {"error": {"type": "string"}, "hint": {"type": "string"}},
                    "required": ["error", "hint"],
                    "additionalProperties": False,
                }
            },
            "securitySchemes": {"signature": _SIGNED},
        },
    }


def _operation(route: Route, shape: Shape) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": shape.summary,
        "description": _who_may(route),
        "responses": {
            **{str(status): _answer(meaning, schema) for status, (meaning, schema) in shape.gives.items()},
            "default": {
                "description": "A refusal: what is wrong, what to do next",
                "content": {JSON: {"schema": _REFUSAL}},
            },
        },
    }
    if route.access is not Access.PUBLIC:
        operation["security"] = [{"signature": []}]
    if parameters := [*_parameters("path", shape.parameters), *_parameters("query", shape.query)]:
        operation["parameters"] = parameters
    if shape.takes is not None:
        operation["requestBody"] = {"required": True, "content": {shape.media: {"schema": shape.takes}}}
    return operation


def _who_may(route: Route) -> str:
    if route.access is Access.PUBLIC:
        return "Anybody."
    bound = route.bound(Limits())
    body = f" The body may have {bound} bytes at most." if bound else ""
    return f"Signed; access: {route.access}.{body}"


def _answer(meaning: str, schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"description": meaning}
    media = "application/octet-stream" if "contentEncoding" in schema else JSON
    return {"description": meaning, "content": {media: {"schema": schema}}}


def _parameters(place: str, schemas: Mapping[str, Schema]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for name, schema in schemas.items()
    ]
