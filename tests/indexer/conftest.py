import pytest
from credit_records.catalogue import Kind, catalogue


@pytest.fixture(scope="session")
def kind() -> Kind:
    return catalogue().kinds["registration"]
