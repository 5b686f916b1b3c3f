"""Files are kept whole, once, unreadable for others, and gone when nobody needs them."""

import hashlib
import io
import os
import stat
import threading
import time

import pytest
from credit_records.casework.store import NoDigestError, Store


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "materials")


def files(tmp_path):
    return sorted(path for path in (tmp_path / "materials").rglob("*") if path.is_file())


@pytest.mark.parametrize("as_given", [bytes, io.BytesIO, lambda content: iter([content[:3], content[3:]])])
def test_content_is_found_under_its_hash_by_its_owner_alone(store, tmp_path, as_given):
    content = os.urandom(100_000)
    kept = store.keep(as_given(content))
    assert kept == (hashlib.sha256(content).hexdigest(), len(content))
    with store.open(kept.sha256) as file:
        assert file.read() == content
    (path,) = files(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_content_is_kept_once_whoever_sends_it_at_once(store, tmp_path):
    threads = [threading.Thread(target=store.keep, args=(b"same" * 1000,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(files(tmp_path)) == 1


def test_what_breaks_off_leaves_nothing(store, tmp_path):
    def broken():
        yield b"a beginning"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.keep(broken())
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ab", "g" * 64, "A" * 64, "0" * 63 + "\n"])
def test_nothing_but_a_hash_names_a_file(store, name):
    for ask in (store.open, store.drop):
        with pytest.raises(NoDigestError):
            ask(name)


def test_what_nobody_knows_is_swept_but_not_what_has_only_just_come(store, tmp_path):
    known, forgotten = store.keep(b"known"), store.keep(b"forgotten")
    (tmp_path / "materials" / "incoming" / "half").write_bytes(b"of an upload that was killed")
    assert store.sweep([known.sha256], older_than=time.time() - 3600) == 0
    assert store.sweep([known.sha256], older_than=time.time() + 1) == 2
    with store.open(known.sha256) as file:
        assert file.read() == b"known"
    with pytest.raises(FileNotFoundError):
        store.open(forgotten.sha256)
    store.drop(known.sha256)
    store.drop(known.sha256)
    assert files(tmp_path) == []


def test_sweeping_a_store_that_was_never_used_is_nothing(store):
    assert store.sweep([], older_than=time.time()) == 0
