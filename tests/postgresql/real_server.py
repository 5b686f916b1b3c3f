"""A real PostgreSQL server for the tests, private to the process that starts it and gone with it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from psycopg import sql
from sqlalchemy import URL, make_url

INSTALLED = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
# Compared as Chinese readers expect, which is not by code points: what passes here passes on a city's own server.
CLUSTER = ("--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-Hans")
# What a test writes need not outlast a power cut.
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")

OTHERS_OUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
    "pid <> pg_backend_pid()"
)
# As triggers and foreign keys won't be asked, the order does not matter and the audit trail goes too.
EMPTYING = """
SELECT 'SET session_replication_role = replica; '
    || string_agg(format('DELETE FROM %I', tablename), '; ')
        FILTER (WHERE tablename NOT IN ('counter', 'alembic_version'))
    || '; UPDATE counter SET value = 0; SELECT '
    || (SELECT string_agg(format('setval(%L, 1, false)', sequencename), ', ') FROM pg_sequences)
FROM pg_tables WHERE schemaname = 'public'
"""
SHAPE = """
SELECT string_agg(c.relname || ' ' || a.attname, ',' ORDER BY c.relname, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace
"""


class NoServerError(Exception):
    """No server can be started here; the message says what is missing."""


class Server:
    """A cluster of databases in a folder of its own, reached by a socket there."""

    def __init__(self, settings: Sequence[str] = UNSAFE) -> None:
        self._settings = settings
        self._programs = _programs()
        self._account = ACCOUNT if os.getuid() == 0 else None  # the server refuses to be root
        self.home = Path(tempfile.mkdtemp(prefix="chengxin-postgresql-"))
        if self._account:
            found = pwd.getpwnam(self._account)
            os.chown(self.home, found.pw_uid, found.pw_gid)
        options = ["--pgdata", str(self.home / "data"), "--username", ACCOUNT, "--auth=trust", "--no-sync", *CLUSTER]
        self._run("initdb", *options)
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def url(self) -> URL:
        return URL.create("postgresql", ACCOUNT, database="postgres", query={"host": str(self.home)})

    def start(self) -> None:
        settings = [f"unix_socket_directories={self.home}", "listen_addresses=", "max_connections=60", *self._settings]
        command = [str(self._programs / "postgres"), "-D", str(self.home / "data")]
        for setting in settings:
            command += ["-c", setting]
        if dies_with_us := shutil.which("setpriv"):
            command = [dies_with_us, "--pdeathsig", "INT", *command]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._as_account()
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise NoServerError((self.home / "log").read_text(errors="replace")[-2000:])
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """At once, in order, with whoever is connected."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_SECONDS)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home)

    def _answers(self) -> bool:
        try:
            psycopg.connect(as_libpq(self.url), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *options: str) -> None:
        command = [str(self._programs / program), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_account())
        if done.returncode:
            raise NoServerError(done.stderr)

    def _as_account(self) -> dict[str, str]:
        return {"user": self._account, "group": self._account, "cwd": str(self.home)} if self._account else {}


class Databases:
    """Databases on a server, each made in a moment from one that is migrated once."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._mark = uuid.uuid4().hex[:12]
        self._count = 0
        self._template = ""
        self._emptied: list[str] = []
        self._shape: tuple[object, ...] | None = None

    def new(self, *, empty: bool = False) -> str:
        """The address of a database that is the caller's alone; an empty one has no tables yet."""
        if empty:
            return self._create("template0")
        return self._emptied.pop() if self._emptied else self._create(self._migrated())

    def done_with(self, url: str) -> None:
        """Nobody needs it any more. One whose tables are as they were is emptied, which is quicker than a new one."""
        if not self._empty(url):
            self._drop(make_url(url).database or "")

    def _empty(self, url: str) -> bool:
        """Whether it could be emptied, and is kept for whoever comes next."""
        with suppress(psycopg.Error), psycopg.connect(as_libpq(make_url(url)), autocommit=True) as connection:
            connection.execute(OTHERS_OUT)
            if connection.execute(SHAPE).fetchone() == self._shape:
                [(emptying,)] = connection.execute(EMPTYING).fetchall()
                connection.execute(emptying)
                self._emptied.append(url)
                return True
        return False

    def close(self) -> None:
        for name in (self._template, *(make_url(url).database or "" for url in self._emptied)):
            self._drop(name)

    def copy_of(self, url: str) -> str:
        """The address of a database that holds what this one holds, to which nobody may be connected."""
        return self._create(make_url(url).database or "")

    def _drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)

    def _migrated(self) -> str:
        if not self._template:
            url = self._create("template0")
            engine = open_database(Settings(database_url=url))
            migrate(engine)
            engine.dispose()
            with psycopg.connect(as_libpq(make_url(url))) as connection:
                self._shape = connection.execute(SHAPE).fetchone()
            self._template = make_url(url).database or ""
        return self._template

    def _create(self, template: str) -> str:
        self._count += 1
        name = f"test_{self._mark}_{self._count}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(as_libpq(self.url), autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


def as_libpq(url: URL) -> str:
    """The address as the driver itself takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def some_server() -> Iterator[Databases]:
    """`CHENGXIN_TEST_POSTGRESQL_URL`, of a user who may create databases; else a server that is started here.

    With neither the test is skipped, or fails where CI is set.
    """
    if given := os.environ.get("CHENGXIN_TEST_POSTGRESQL_URL"):
        databases = Databases(make_url(given))
        yield databases
        databases.close()
        return
    server = own_server()
    try:
        yield Databases(server.url)
    finally:
        server.remove()


def own_server() -> Server:
    """A server that tests may stop and start."""
    try:
        return Server()
    except NoServerError as error:
        told = f"no PostgreSQL server: {error}; CHENGXIN_TEST_POSTGRESQL_URL may name one"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)


def _programs() -> Path:
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if elsewhere := shutil.which("initdb"):
        return Path(elsewhere).resolve().parent
    message = f"initdb is neither under {INSTALLED} nor on the path (Debian: apt-get install postgresql)"
    raise NoServerError(message)
