"""The API's page: the OpenAPI document, drawn by us, so that it works offline and without scripts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_site.site import site_of


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    kind: str
    description: str
    schema: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Property]
    answers: list[tuple[str, str, str | None]]
    example: str | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    description: str
    properties: list[Property]


async def api_reference(request: Request) -> Response:
    document = request.app.openapi()
    return site_of(request).page(
        request,
        "api/page.html",
        {"operations": list(operations(document)), "schemas": list(schemas(document))},
    )


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield Operation(
                method=method.upper(),
                path=path,
                summary=operation.get("summary", path),
                description=operation.get("description", ""),
                parameters=[_parameter(each) for each in operation.get("parameters", ())],
                answers=[
                    (status, answer["description"], _answer_schema(answer))
                    for status, answer in sorted(operation["responses"].items())
                ],
                example=operation.get("x-example"),
                body=_answer_schema(operation.get("requestBody", {})),
            )


def schemas(document: Mapping[str, Any]) -> Iterator[Schema]:
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        properties = [
            Property(key, _kind(value), value.get("description", ""), _reference(value))
            for key, value in schema.get("properties", {}).items()
        ]
        yield Schema(name, schema.get("description", ""), properties)


def _parameter(parameter: Mapping[str, Any]) -> Property:
    schema = parameter["schema"]
    return Property(parameter["name"], _kind(schema), parameter.get("description", ""), None)


def _answer_schema(answer: Mapping[str, Any]) -> str | None:
    for content in answer.get("content", {}).values():
        return _reference(content.get("schema", {}))
    return None


def _kind(schema: Mapping[str, Any]) -> str:
    """The type in words, with what the values may be."""
    match schema:
        case {"anyOf": ways}:
            words = " | ".join(_kind(each) for each in ways)
        case {"$ref": reference}:
            words = str(reference).rsplit("/", 1)[-1]
        case {"enum": values}:
            words = " | ".join(map(str, values))
        case {"const": value}:
            words = str(value)
        case {"type": "array", "items": items}:
            words = f"[{_kind(items)}]"
        case {"type": "object", "additionalProperties": Mapping() as values}:
            words = f"{{…: {_kind(values)}}}"
        case {"type": kind, "maximum": largest}:
            words = f"{kind} {schema.get('minimum', 0)}–{largest}"
        case _:
            words = str(schema.get("type", "any"))
    return words


def _reference(schema: Mapping[str, Any]) -> str | None:
    """The name of the schema that this one is made of, if it is."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            return _reference(schema[key])
    for each in schema.get("anyOf", ()):
        if found := _reference(each):
            return found
    return None


routes = [Route("/api", api_reference)]
