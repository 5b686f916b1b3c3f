"""The OpenAPI document: what FastAPI gathers from the operations, and the shapes of every error and of pushes."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from credit_site.api.models import ProblemDocument
from credit_site.api.provider_models import PushDocument

SECURITY = "providerKey"
REFERENCE = "#/components/schemas/{model}"


class DocumentedApi(FastAPI):
    """FastAPI ties a model to `application/json` only; errors are `application/problem+json`."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        beside: list[tuple[type[BaseModel], JsonSchemaMode]] = [
            (ProblemDocument, "serialization"),
            (PushDocument, "validation"),
        ]
        _, found = models_json_schema(beside, ref_template=REFERENCE)
        schemas.update(found["$defs"])
        document["components"]["securitySchemes"] = {
            SECURITY: {"type": "http", "scheme": "bearer", "description": "报送单位的密钥 Key of the provider"}
        }
        return document
