"""A real search node for the tests, started from published jars and three small classes of ours.

What is needed: `mvn` to fetch the jars once, and a JDK of at least 21 to compile and run. Jars and classes are kept in
the user's cache folder. The node ends with the process that it is told to watch. `ELASTICSEARCH_VERSION` asks for
another version than the one in `node/pom.xml`.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).with_name("node")
JVMS = Path("/usr/lib/jvm")
OLDEST_JAVA = 21
UP_SOON = ("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""For tests, where a node that is up sooner matters more than one that is fast later."""
PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.1
VERSION = "ELASTICSEARCH_VERSION"


class NoNodeError(Exception):
    """No node can be started here; the message says what is missing."""


@dataclass(frozen=True)
class Node:
    """A node that runs, with its data under `home`."""

    url: str
    pid: int
    home: Path

    def alive(self) -> bool:
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return not state.startswith("Z")  # ended, and nobody has asked how

    def pause(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        while self.alive():
            time.sleep(LOOK_SECONDS)


def start(home: Path, watched: int, port: int = 0, java_options: Sequence[str] = UP_SOON) -> Node:
    """Start a node with its data under `home`, and wait until it answers."""
    java, classes = _java(), _classes()
    (home / "config").mkdir(parents=True, exist_ok=True)
    http, transport = port or _free_port(), _free_port()
    command = [
        str(java / "bin" / "java"),
        *java_options,
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        f"{classes / 'classes'}:{classes / 'jars'}/*",
        "chengxin.Main",
        *map(str, (home, http, transport, watched)),
    ]
    with (home / "log").open("ab") as log:
        # By a shell that ends at once: the node outlives the worker that happened to start it.
        script = '"$@" >&2 & echo $!'
        shell = ["/bin/sh", "-c", script, "sh", *command]
        done = subprocess.run(shell, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, check=True)
    node = Node(f"http://127.0.0.1:{http}", int(done.stdout), home)
    try:
        wait_for(node.url, node.alive)
    except NoNodeError as error:
        raise NoNodeError(f"{error}: {(home / 'log').read_text(errors='replace')[-2000:]}") from error
    return node


@contextmanager
def shared(watched: int) -> Iterator[Node]:
    """The one node of a test run: the first worker that asks starts it, the last that leaves ends it."""
    folder = Path(tempfile.gettempdir()) / f"chengxin-node-{os.getuid()}-{watched}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder / "state.json"
    with _locked(folder / "lock"):
        known = json.loads(state.read_text()) if state.exists() else {"pid": 0, "url": "", "users": 0}
        node = Node(known["url"], known["pid"], folder / "home")
        if not known["users"] or not node.alive():
            node = start(folder / "home", watched)
        state.write_text(json.dumps({"url": node.url, "pid": node.pid, "users": known["users"] + 1}))
    try:
        yield node
    finally:
        with _locked(folder / "lock"):
            left = json.loads(state.read_text())
            left["users"] -= 1
            state.write_text(json.dumps(left))
            if not left["users"]:
                if node.alive():
                    node.kill()
                shutil.rmtree(folder)


def wait_for(url: str, alive: Callable[[], bool]) -> None:
    """Wait until the node answers."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and alive():
        try:
            with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(LOOK_SECONDS)
    raise NoNodeError(f"the node at {url} did not come up")


def _java() -> Path:
    """The home of a JDK that is new enough: JAVA_HOME, else the newest that is installed."""
    found = [(version, home) for home in _homes() if (version := _version(home)) >= OLDEST_JAVA]
    if not found:
        raise NoNodeError(f"a JDK ≥ {OLDEST_JAVA} is neither at JAVA_HOME nor under {JVMS}")
    chosen = os.environ.get("JAVA_HOME")
    return next((home for _, home in found if chosen and home == Path(chosen)), max(found)[1])


def _homes() -> list[Path]:
    named = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    return named + ([home for home in JVMS.iterdir() if home.is_dir()] if JVMS.is_dir() else [])


def _version(home: Path) -> int:
    """The Java version of this JDK, 0 where it is none."""
    release = home / "release"
    if not release.exists() or not (home / "bin" / "javac").exists():
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _classes() -> Path:
    """The folder of jars and of our compiled classes, made where it is not there yet."""
    sources = sorted(HERE.rglob("*.java"))
    content = b"".join(path.read_bytes() for path in (HERE / "pom.xml", *sources))
    content += os.environ.get(VERSION, "").encode()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chengxin"
    made = cache / f"search-node-{hashlib.sha256(content).hexdigest()[:16]}"
    cache.mkdir(parents=True, exist_ok=True)
    with _locked(cache / "search-node.lock"):
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                _make(Path(scratch), sources)
                Path(scratch).rename(made)
                Path(scratch).mkdir()  # for its own end
    return made


def _make(folder: Path, sources: list[Path]) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NoNodeError("`mvn` (the package maven), which fetches the node's jars, is not installed")
    fetch = [maven, "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies"]
    asked = [f"-Delasticsearch.version={os.environ[VERSION]}"] if os.environ.get(VERSION) else []
    _run([*fetch, *asked, f"-DoutputDirectory={folder / 'jars'}"], "the node's jars could not be fetched")
    compiler = [_java() / "bin" / "javac", "-d", folder / "classes", "-cp", f"{folder / 'jars'}/*"]
    _run([*compiler, *sources], "the node's launcher could not be compiled")


def _run(command: list[object], failure: str) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoNodeError(f"{failure}: {(done.stdout + done.stderr)[-1000:]}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
