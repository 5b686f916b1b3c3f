import os
import subprocess
import sys
from pathlib import Path

import pytest

CHENGXIN = Path(sys.executable).with_name("chengxin")


@pytest.fixture
def chengxin(tmp_path: Path):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path / "data")}
        return subprocess.run([CHENGXIN, *words], env=environment, capture_output=True, text=True, check=False)

    return run


def test_a_city_is_loaded_indexed_and_said_how_to_be_served(chengxin, tmp_path):
    made = chengxin("demo", "--subjects", "150")
    assert made.returncode == 0, made.stderr
    assert "新增 150" in made.stdout
    assert "退回 0，提示 0" in made.stdout
    assert "CHENGXIN_CITY=demo chengxin serve" in made.stdout
    assert chengxin("compare").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_the_same_city_again_changes_nothing(chengxin):
    chengxin("demo", "--subjects", "150")
    again = chengxin("demo", "--subjects", "150")
    assert again.returncode == 0, again.stderr
    assert "新增 0，更新 0，未变 150" in again.stdout


def test_fiction_is_never_put_beside_fact(chengxin, tmp_path):
    real = tmp_path / "real.csv"
    real.write_text("企业名称,统一社会信用代码\n兰州某企业,91620100MA72MW8J59\n", encoding="utf-8")
    assert chengxin("load", str(real)).returncode == 0
    refused = chengxin("demo", "--subjects", "150")
    assert refused.returncode == 2
    assert "不能与之混放" in refused.stderr
    assert "CHENGXIN_DATA_DIR" in refused.stderr
    assert chengxin("load", str(real)).stdout.count("未变 1") == 1


def test_more_subjects_than_there_are_names_is_refused_in_words(chengxin, tmp_path):
    refused = chengxin("demo", "--subjects", "99999999")
    assert refused.returncode == 2
    assert "请减小 --subjects" in refused.stderr
    assert not list((tmp_path / "data").glob("demo/*.csv"))
