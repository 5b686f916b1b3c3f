"""Commands run for real, in processes of their own, on a made-up register of which there are two editions."""

import csv
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from credit_records.catalogue import catalogue

from tests.records.sample_rows import sample

SUBJECTS = 3000
PENALTIES = 300
BATCH = 150


@pytest.fixture
def database_url() -> None:
    """A file: what is killed here is what runs beside it."""


@dataclass
class Ended:
    killed: bool
    code: int
    seconds: float
    output: str


class Driver:
    """Runs `chengxin` commands; see command_driver."""

    def __init__(self, folder: Path) -> None:
        self._output = folder / "output.txt"
        program = Path(__file__).with_name("command_driver.py")
        self._process = subprocess.Popen(
            [sys.executable, str(program), str(BATCH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
        )

    def run(
        self,
        data_dir: Path,
        *arguments: str,
        kill_after: float | None = None,
        once_said: str | None = None,
        with_signal: signal.Signals = signal.SIGKILL,
        file_size_limit: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run one command; send it the signal after so many seconds, or as soon as it has said this."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request: dict[str, Any] = {
            "arguments": arguments,
            "data_dir": str(data_dir),
            "kill_after": kill_after,
            "once_said": once_said,
            "signal": with_signal,
            "file_size_limit": file_size_limit,
            "environment": dict(environment or {}),
            "output": str(self._output),
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(**answer, output=self._output.read_text(encoding="utf-8"))

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    made = Driver(tmp_path_factory.mktemp("driver"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def editions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same subjects twice: in the second edition every third has another name, and every fifth a new address."""
    folder = tmp_path_factory.mktemp("editions")
    paths = folder / "first.csv", folder / "second.csv"
    for edition, path in enumerate(paths):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["企业名称", "统一社会信用代码", "成立日期", "住所"])
            for number in range(SUBJECTS):
                name = f"金城虚构{number}号{'新' if edition and number % 3 == 0 else ''}商行"
                street = "新街" if edition and number % 5 == 0 else "旧街"
                writer.writerow([name, uscc(number), "2020-01-02", f"甘肃省兰州市城关区虚构{street}{number}号"])
    return paths


@pytest.fixture(scope="session")
def deliveries(editions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[str, ...], ...]:
    """Arguments of `load`: both editions of the register, and of penalties that in the second have another content."""
    folder = tmp_path_factory.mktemp("penalties")
    paths = folder / "first.csv", folder / "second.csv"
    kind = catalogue().kinds["administrative_penalty"]
    for edition, path in enumerate(paths):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for place in range(PENALTIES):
                number = 3 * place + 1  # whose name is the same in both editions of the register
                row = sample(kind, number, name=f"金城虚构{number}号商行", uscc=uscc(number), fine=f"{edition + 1}.5")
                if not place:
                    writer.writerow(kind.by_name[name].title for name in row)
                writer.writerow(row.values())
    register = tuple((str(path),) for path in editions)
    return *register, *((str(path), "--kind", kind.name) for path in paths)


@pytest.fixture(scope="session")
def undisturbed(
    driver: Driver, deliveries: tuple[tuple[str, ...], ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    for delivery in deliveries:
        assert driver.run(folder, "load", *delivery).code == 0
    return folder


def uscc(number: int) -> str:
    return f"92620199MA{number:08}"
