"""Write the pages of docs/reference that are made from the code; ``--check`` says whether they differ."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vernix import errors
from vernix.births.dictionary import markdown
from vernix.console import Program, application
from vernix.gateway import openapi
from vernix.gateway.cli import PROGRAM as GATEWAY
from vernix.intake.fhir import reference as fhir
from vernix.intake.ije import reference as ije
from vernix.partner.cli import PROGRAM as PARTNER
from vernix.registry.cli import PROGRAM as REGISTRY

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Made from the code by `make reference`; a test holds the two equal. -->\n"


def pages() -> dict[str, str]:
    """The text of each page that is made from the code, by file name."""
    interface = openapi.document()
    return {
        "commands.md": _commands(),
        "exit-codes.md": _exit_codes(),
        "gateway-api.md": _interface(interface),
        "gateway-openapi.json": json.dumps(interface, indent=1, ensure_ascii=False) + "\n",
        "fhir-places.md": MADE + fhir.page(),
        "ije-items.md": MADE + ije.page(),
        **markdown.pages(),
    }


def main() -> None:
    """Write the pages, or leave with 1 if ``--check`` finds one that is not what the code says."""
    stale = [name for name, text in pages().items() if not _same(REFERENCE / name, text)]
    if "--check" in sys.argv[1:]:
        if stale:
            sys.exit(f"docs/reference is not what the code says: {', '.join(stale)}. Run make reference.")
        return
    for name in stale:
        (REFERENCE / name).write_text(pages()[name], encoding="utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _commands() -> str:
    head = (
        "# Commands\n\n"
        "Three programs, one for each zone. Results go to standard output, the rest to standard error;\n"
        "`--json` prints one JSON document. What a program leaves with: [exit codes](exit-codes.md).\n\n"
    )
    return MADE + head + "\n".join(_program(program) for program in (PARTNER, GATEWAY, REGISTRY))


def _program(program: Program) -> str:
    text = application(program.name, program.commands).generate_docs(
        output_format="markdown", heading_level=2, usage_name=program.name
    )
    _, *sections = re.split(rf"^(?=### {program.name} )", text, flags=re.MULTILINE)
    about = f"## {program.name}\n\n{program.about[0].upper()}{program.about[1:]}\n\n"
    return about + "\n".join(section.rstrip() + "\n" for section in sections)


def _exit_codes() -> str:
    head = (
        "# Exit codes and HTTP statuses\n\n"
        "Every program leaves with 0 when the thing is done. Everything else says whose fault it is, in one\n"
        "sentence on standard error, with what to do next.\n\n"
        "| error | exit code | HTTP status at the gateway | what it means |\n|---|---|---|---|\n"
    )
    rows = [
        f"| {kind.__name__} | {kind.exit_code} | {kind.http_status} | {_first_line(kind)} |"
        for kind in _kinds(errors.VernixError)
    ]
    return MADE + head + "\n".join(rows) + "\n"


def _interface(interface: Mapping[str, Any]) -> str:
    head = (
        "# The gateway's routes\n\n"
        "Each route with what it takes and gives. The same with its schemas, for who generates clients from\n"
        "it: [OpenAPI 3.1](gateway-openapi.json). Who may ask, the bounds, and the addresses that parts are\n"
        "sent to: [the gateway over HTTP](gateway-http.md).\n\n"
    )
    sections = [
        _operation(method, path, operation)
        for path, operations in interface["paths"].items()
        for method, operation in operations.items()
    ]
    return MADE + head + "\n".join(sections)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    lines = [f"## {method.upper()} {path}", "", f"{operation['summary']}. {operation['description']}", ""]
    for parameter in operation.get("parameters", ()):
        lines += [f"- `{parameter['name']}` in the {parameter['in']}: {_spelled(parameter['schema'])}"]
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        lines += [f"- takes {media}: `{_spelled(content['schema'])}`"]
    for status, answer in operation["responses"].items():
        schemas = [content["schema"] for content in answer.get("content", {}).values()]
        told = "".join(f": `{_spelled(schema)}`" for schema in schemas)
        lines += [f"- {status}, {answer['description']}{told}"]
    return "\n".join(lines) + "\n"


def _spelled(schema: Mapping[str, Any]) -> str:
    """A schema as a person reads it: ``{id: UUID, parts: [number]}``."""
    if "const" in schema or "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    if "description" in schema:
        return str(schema["description"])
    match schema.get("type", "refusal"):
        case "array":
            return f"[{_spelled(schema['items'])}]"
        case "object":
            return "{" + ", ".join(f"{name}: {_spelled(each)}" for name, each in _members(schema)) + "}"
        case "refusal":
            return "{error: text, hint: text}"
        case kind:
            return {"string": "text", "integer": "number"}[kind]


def _members(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from schema.get("properties", {}).items()
    if isinstance(schema["additionalProperties"], Mapping):
        yield "any name", schema["additionalProperties"]


def _first_line(kind: type[errors.VernixError]) -> str:
    return (kind.__doc__ or "").splitlines()[0]


def _kinds(kind: type[errors.VernixError]) -> Iterator[type[errors.VernixError]]:
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _kinds(child)


if __name__ == "__main__":
    main()
