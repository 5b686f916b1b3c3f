"""The OpenAPI document: what FastAPI gathers from the operations, and the shape of every error besides."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from credit_site.api.models import ProblemDocument

REFERENCE = "#/components/schemas/{model}"


class DocumentedApi(FastAPI):
    """FastAPI ties a model to `application/json` only; errors are `application/problem+json`."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        _, problem = models_json_schema([(ProblemDocument, "serialization")], ref_template=REFERENCE)
        schemas.update(problem["$defs"])
        return document
