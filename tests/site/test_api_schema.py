"""Schemathesis: whatever the OpenAPI document allows, and much that it does not, is answered as the document says."""

import pytest
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.providers import add_provider
from credit_records.settings import Settings
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from
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
    "/api/v1/records",
    "/api/v1/records/{id}",
    "/api/v1/changes",
    "/api/v1/departments",
)
ALLOWED, FORBIDDEN = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
PUSH = "/api/v1/providers/{provider}/records"
# Any text may stand where a code stands, so no request to the other paths breaks the document.
ASKED = [(path, ALLOWED) for path in PATHS] + [
    (path, FORBIDDEN) for path in (*PATHS[:2], "/api/v1/records", "/api/v1/changes")
]


def test_no_operation_is_left_out(api_schema: BaseSchema):
    assert sorted(api_schema) == sorted([*PATHS, PUSH])


@pytest.mark.parametrize(("path", "mode"), ASKED)
def test_the_api_keeps_to_its_document(api_schema: BaseSchema, path: str, mode: GenerationMode):
    @given(case=api_schema[path]["GET"].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def keeps_to_it(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    keeps_to_it()


@pytest.mark.parametrize("mode", [ALLOWED, FORBIDDEN])
def test_pushes_keep_to_their_document(written_schema: BaseSchema, written_settings: Settings, mode: GenerationMode):
    key = add_provider(open_database(written_settings), f"schema-{mode.value}", "某局", "某局", kinds=catalogue().kinds)
    headers = {"authorization": f"Bearer {key}"}
    kinds = [*catalogue().kinds, "行政处罚"]

    @given(case=written_schema[PUSH]["POST"].as_strategy(generation_mode=mode), kind=sampled_from(kinds))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def keeps_to_it(case: Case, kind: str) -> None:
        case.path_parameters = {"provider": f"schema-{mode.value}"}
        if mode is ALLOWED:
            case.body["kind"] = kind  # the catalogue's, which the document describes in words
        case.call_and_validate(checks=CHECKS, headers=headers)

    keeps_to_it()


def test_who_has_no_key_is_told_so_as_documented(written_schema: BaseSchema):
    @given(case=written_schema[PUSH]["POST"].as_strategy(generation_mode=ALLOWED))
    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def refuses(case: Case) -> None:
        case.call_and_validate(checks=CHECKS)

    refuses()
