"""No room for a file to grow: a clear sentence, nothing half recorded, and the same command later does the rest."""

from pathlib import Path

import pytest

from tests.faults.conftest import SUBJECTS, Driver
from tests.faults.test_kill import Deliveries, assert_in_step, assert_sound, query

KILOBYTE = 1024


@pytest.mark.parametrize("limit", [600 * KILOBYTE, 900 * KILOBYTE])
def test_load_without_room(limit: int, driver: Driver, editions: tuple[Path, Path], tmp_path: Path) -> None:
    ended = driver.run(tmp_path, "load", str(editions[0]), file_size_limit=limit)
    assert ended.code == 4, ended.output
    assert "磁盘空间不足" in ended.output
    assert "Traceback" not in ended.output
    assert_sound(tmp_path)
    assert query(tmp_path, "SELECT count(*) FROM record") < [(SUBJECTS,)]
    assert driver.run(tmp_path, "load", str(editions[0])).code == 0
    assert query(tmp_path, "SELECT count(*) FROM record") == [(SUBJECTS,)]
    assert_sound(tmp_path)


@pytest.mark.parametrize("command", [("index", "--once"), ("rebuild",)])
def test_index_without_room(command: tuple[str, ...], driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    driver.run(tmp_path, "load", *deliveries[0])
    driver.run(tmp_path, "load", *deliveries[2])
    ended = driver.run(tmp_path, *command, file_size_limit=34 * KILOBYTE)
    assert ended.code == 4, ended.output
    assert "磁盘空间不足" in ended.output
    assert "Traceback" not in ended.output
    ended = driver.run(tmp_path, *command)
    assert ended.code == 0, ended.output
    assert_in_step(tmp_path)
