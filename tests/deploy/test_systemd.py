"""The units for a plain machine, as systemd reads them."""

import re
import subprocess
import sys
from configparser import RawConfigParser
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.deploy.tools import REPOSITORY, output_of, tool

FOLDER = REPOSITORY / "deploy" / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/chengxin/bin/chengxin"


class Unit(RawConfigParser):
    """Keeps the case of names."""

    optionxform = staticmethod(str)  # type: ignore[assignment]  # as the standard library documents it


def unit(path: Path) -> Unit:
    parsed = Unit(strict=False)
    parsed.read(path, encoding="utf-8")
    return parsed


def test_systemd_understands_the_units(tmp_path):
    analyze = tool("systemd-analyze", "systemd")
    for path in FOLDER.iterdir():
        # Verified with a program that is there, since ours need not be installed where tests run.
        text = path.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "chengxin" in line]
    assert ours == []


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_has_little_it_could_do_harm_with(path):
    shown = output_of(tool("systemd-analyze", "systemd"), "security", "--offline=yes", "--no-pager", path)
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)
    assert score, shown
    assert float(score[1]) < 3.0


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_exists(path):
    service = unit(path)["Service"]
    program, command, *_ = service["ExecStart"].split()
    assert program == PROGRAM
    assert command in {entry.name for entry in entry_points(group="chengxin.commands")}
    assert service["User"] == "chengxin"
    assert service["MemoryMax"]
