from datetime import timedelta

import pytest
from credit_records.idempotency import KeyReusedError, forget_old, recall, remember
from credit_records.providers import (
    ProviderExistsError,
    UnknownProviderError,
    add_provider,
    all_providers,
    find_provider,
    rotate_key,
    set_active,
    verify_key,
)
from credit_records.tables import provider
from sqlalchemy import select


def accepts(database, name: str, key: str) -> bool:
    with database.connect() as connection:
        return verify_key(connection, name, key) is not None


def test_a_provider_is_known_by_its_key_alone(database):
    key = add_provider(database, "water", "市水务局", "市水务局")
    assert accepts(database, "water", key)
    assert not accepts(database, "water", key + "x")
    assert not accepts(database, "water", "")
    assert not accepts(database, "gas", key)
    with database.connect() as connection:
        assert find_provider(connection, "water").title == "市水务局"
        assert find_provider(connection, "gas") is None
        assert key not in str(connection.execute(select(provider)).all())


def test_a_rotated_key_voids_the_old_one(database):
    old = add_provider(database, "water", "市水务局", "市水务局", "620102")
    new = rotate_key(database, "water")
    assert (accepts(database, "water", old), accepts(database, "water", new)) == (False, True)


def test_a_provider_that_is_not_active_is_not_accepted(database):
    key = add_provider(database, "water", "市水务局", "市水务局")
    set_active(database, "water", active=False)
    assert not accepts(database, "water", key)
    set_active(database, "water", active=True)
    assert accepts(database, "water", key)


def test_names_are_unique_and_those_that_are_not_there_are_told(database):
    add_provider(database, "water", "市水务局", "市水务局")
    with pytest.raises(ProviderExistsError, match="water"):
        add_provider(database, "water", "别的局", "别的局")
    with pytest.raises(UnknownProviderError, match="gas"):
        rotate_key(database, "gas")
    with database.connect() as connection:
        assert [each.name for each in all_providers(connection)] == ["water"]


def test_an_answer_is_given_again_for_the_same_content_only(database):
    with database.connect() as connection:
        assert recall(connection, "water", "k1", "digest") is None
    remember(database, "water", "k1", "digest", '{"new": 1}')
    remember(database, "water", "k1", "digest", '{"new": 0}')
    with database.connect() as connection:
        assert recall(connection, "water", "k1", "digest") == '{"new": 1}'
        assert recall(connection, "gas", "k1", "digest") is None
        with pytest.raises(KeyReusedError, match="k1"):
            recall(connection, "water", "k1", "other")


def test_answers_are_forgotten_in_time(database):
    remember(database, "water", "k1", "digest", "{}")
    assert forget_old(database) == 0
    assert forget_old(database, timedelta(seconds=-5)) == 1
    with database.connect() as connection:
        assert recall(connection, "water", "k1", "digest") is None
