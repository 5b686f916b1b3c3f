from datetime import timedelta

import pytest
from credit_records import idempotency, provider_sessions
from credit_records.idempotency import KeyReusedError, UnderWayError, claim, forget_old, recall, release, remember
from credit_records.provider_keys import VerifiedKeys
from credit_records.provider_sessions import sign_in, sign_out, signed_in
from credit_records.providers import (
    ProviderExistsError,
    UnknownProviderError,
    add_provider,
    all_providers,
    find_provider,
    rotate_key,
    set_active,
    set_kinds,
    verify_key,
)
from credit_records.tables import provider, provider_session
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


def test_a_provider_may_send_the_kinds_that_it_was_given_and_no_other(database):
    key = add_provider(database, "water", "市水务局", "市水务局", kinds=["water_arrears", "inspection"])
    idle = add_provider(database, "gas", "市燃气公司", "市燃气公司")
    known = VerifiedKeys()

    def allowed(name: str, key: str) -> list[str]:
        kinds = ("inspection", "registration", "water_arrears")
        with database.connect() as connection:
            found = [verify_key(connection, name, key), known.verify(connection, name, key)]
            found += [find_provider(connection, name)] + [
                each for each in all_providers(connection) if each.name == name
            ]
        (told,) = {tuple(kind for kind in kinds if each.may_send(kind)) for each in found}
        return list(told)

    assert allowed("water", key) == ["inspection", "water_arrears"]
    assert allowed("gas", idle) == []
    token = sign_in(database, "water")
    set_kinds(database, "water", ["registration"])
    assert allowed("water", key) == ["registration"]
    with database.connect() as connection:
        assert signed_in(connection, token).may_send("registration")  # and nobody had to sign in again
    with pytest.raises(UnknownProviderError, match="steam"):
        set_kinds(database, "steam", [])


def test_names_are_unique_and_those_that_are_not_there_are_told(database):
    add_provider(database, "water", "市水务局", "市水务局")
    with pytest.raises(ProviderExistsError, match="water"):
        add_provider(database, "water", "别的局", "别的局")
    with pytest.raises(UnknownProviderError, match="gas"):
        rotate_key(database, "gas")
    with database.connect() as connection:
        assert [each.name for each in all_providers(connection)] == ["water"]


def test_an_answer_is_given_again_for_the_same_content_only(database):
    assert claim(database, "water", "k1", "digest") is None
    remember(database, "water", "k1", '{"new": 1}')
    assert claim(database, "water", "k1", "digest") == '{"new": 1}'
    with database.connect() as connection:
        assert recall(connection, "water", "k1", "digest") == '{"new": 1}'
        assert recall(connection, "gas", "k1", "digest") is None
        with pytest.raises(KeyReusedError, match="k1"):
            recall(connection, "water", "k1", "other")
    with pytest.raises(KeyReusedError, match="k1"):
        claim(database, "water", "k1", "other")


def test_of_two_calls_with_one_key_the_second_waits_for_the_first(database):
    assert claim(database, "water", "k1", "digest") is None
    with pytest.raises(UnderWayError, match="k1"):
        claim(database, "water", "k1", "digest")
    assert claim(database, "gas", "k1", "digest") is None
    release(database, "water", "k1")
    assert claim(database, "water", "k1", "digest") is None


def test_a_call_that_died_with_its_process_may_be_made_again(database, monkeypatch):
    assert claim(database, "water", "k1", "digest") is None
    monkeypatch.setattr(idempotency, "ABANDONED", timedelta(seconds=-5))
    assert claim(database, "water", "k1", "digest") is None


def test_what_was_answered_is_not_given_back(database):
    claim(database, "water", "k1", "digest")
    remember(database, "water", "k1", "{}")
    release(database, "water", "k1")
    assert claim(database, "water", "k1", "digest") == "{}"


def test_answers_are_forgotten_in_time(database):
    claim(database, "water", "k1", "digest")
    remember(database, "water", "k1", "{}")
    assert forget_old(database) == 0
    assert forget_old(database, timedelta(seconds=-5)) == 1
    with database.connect() as connection:
        assert recall(connection, "water", "k1", "digest") is None


def test_a_verified_key_is_remembered_until_it_is_rotated_or_its_provider_rests(database):
    old = add_provider(database, "water", "市水务局", "市水务局")
    known = VerifiedKeys()

    def accepted(key: str) -> bool:
        with database.connect() as connection:
            return known.verify(connection, "water", key) is not None

    assert [accepted(old), accepted(old), accepted(old + "x"), accepted("\ud800")] == [True, True, False, False]
    set_active(database, "water", active=False)
    assert not accepted(old)
    set_active(database, "water", active=True)
    assert accepted(old)
    new = rotate_key(database, "water")
    assert [accepted(old), accepted(new)] == [False, True]


def test_a_session_lasts_until_it_is_ended_or_the_key_is_rotated(database):
    add_provider(database, "water", "市水务局", "市水务局")

    def who(token: str) -> str | None:
        with database.connect() as connection:
            found = signed_in(connection, token)
            return found.name if found else None

    one, other = sign_in(database, "water"), sign_in(database, "water")
    assert one != other
    assert [who(one), who(other), who("x"), who("\ud800")] == ["water", "water", None, None]
    with database.connect() as connection:
        assert one not in str(connection.execute(select(provider_session)).all())
    sign_out(database, one)
    assert [who(one), who(other)] == [None, "water"]
    rotate_key(database, "water")
    assert who(other) is None


def test_a_session_is_over_in_time(database, monkeypatch):
    add_provider(database, "water", "市水务局", "市水务局")
    monkeypatch.setattr(provider_sessions, "LASTS", timedelta(seconds=-1))
    token = sign_in(database, "water")
    with database.connect() as connection:
        assert signed_in(connection, token) is None
    sign_in(database, "water")
    with database.connect() as connection:
        assert len(connection.execute(select(provider_session)).all()) == 1
