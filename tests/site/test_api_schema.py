"""Schemathesis: whatever the OpenAPI document allows, and much that it does not, is answered as the document says."""

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 30
PATHS = (
    "/api/v1/search",
    "/api/v1/suggest",
    "/api/v1/subjects/{uscc}",
    "/api/v1/subjects/{uscc}/records",
    "/api/v1/records/{id}",
)
ALLOWED, FORBIDDEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
# Any text may stand where a code stands, so no request to the other paths breaks the document.
ASKED = [(path, ALLOWED) for path in PATHS] + [(path, FORBIDDEN) for path in PATHS[:2]]


def test_no_operation_is_left_out(api_schema: BaseSchema):
    assert sorted(api_schema) == sorted(PATHS)


@pytest.mark.parametrize(("path", "mode"), ASKED)
def test_the_api_keeps_to_its_document(api_schema: BaseSchema, path: str, mode: GenerationMode):
    @given(case=api_schema[path]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def keeps_to_it(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    keeps_to_it()
