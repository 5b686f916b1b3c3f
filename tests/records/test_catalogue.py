import shutil
import unicodedata
from pathlib import Path

import pytest
from credit_records.catalogue import CatalogueError, catalogue, read_catalogue
from credit_records.catalogue.loading import FOLDER
from credit_records.database import writing
from credit_records.tables import record
from sqlalchemy import select

from tests.records.registering import Office, check, code

PENALTY = """
name = "penalty"
title = "行政处罚"
title_en = "Penalties"
order = 30
authority = "作出决定的机关"
source = "试验用"
key = ["document_number", "uscc"]
[subject]
code = "uscc"
name = "name"
[[fields]]
name = "document_number"
title = "决定书文号"
title_en = "Document number"
type = "text"
required = true
max_length = 128
[[fields]]
name = "name"
title = "相对人名称"
title_en = "Party"
type = "text"
required = true
[[fields]]
name = "uscc"
title = "统一社会信用代码"
title_en = "Code"
type = "code"
required = true
[[fields]]
name = "fine"
title = "罚款"
title_en = "Fine"
type = "amount"
[[fields]]
name = "valid_until"
title = "有效期"
title_en = "Valid until"
type = "date"
open_ended = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalogue to be changed."""
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_labels_in_two_languages_and_the_code_where_there_is_none():
    assert catalogue().label("industry", "F") == "批发和零售业"
    assert catalogue().label("industry", "F", "en") == "Wholesale and retail"
    assert catalogue().label("industry", "Ω") == "Ω"


def test_industry_has_the_twenty_sections_of_the_standard():
    assert "".join(catalogue().codes("industry")) == "ABCDEFGHIJKLMNOPQRST"


def test_headers_of_a_kind_stay_apart_however_they_are_dressed():
    for kind in catalogue().kinds.values():
        seen: dict[str, str] = {}
        for field in kind.fields:
            for header in (field.name, field.title, *field.aliases):
                folded = "".join(unicodedata.normalize("NFKC", header).casefold().split())
                assert seen.setdefault(folded, field.name) == field.name, f"{kind.name}: {header}"


def test_an_unknown_city_is_told_with_those_that_exist():
    with pytest.raises(CatalogueError, match="lanzhou"):
        catalogue().city("atlantis")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('type = "text"', 'type = "txet"', "type"),
        ('title = "企业名称"', 'titel = "企业名称"', "titel"),
        ('key = ["uscc"]', 'key = ["nothing"]', "nothing"),
        ('key = ["uscc"]', 'key = ["scope"]', "required"),
        ('code_list = "subject_status"', 'code_list = "nothing"', "nothing"),
        ('code_list = "subject_status"', "", "code_list"),
        ('name = "status"', 'name = "name"', "name"),
        ('aliases = ["类型"', 'aliases = ["住所"', "住所"),
        ('name = "registration"', 'name = "other"', "name"),
        ("order = 10", "order = ", "registration.toml"),
        ('address = "address"', 'address = "nowhere"', "nowhere"),
    ],
)
def test_a_mistake_in_a_kind_is_told_with_its_file_and_place(folder, old, new, told):
    edit(folder / "kinds" / "registration.toml", old, new)
    with pytest.raises(CatalogueError, match=r"registration\.toml") as refused:
        read_catalogue(folder)
    assert told in str(refused.value)


def test_one_alias_cannot_mean_two_codes(folder):
    edit(folder / "lists" / "subject_status.toml", '"停业"', '"注销"')
    with pytest.raises(CatalogueError, match="注销"):
        read_catalogue(folder)


def test_a_kind_is_one_file_and_nothing_else(folder, database, registration):
    (folder / "kinds" / "penalty.toml").write_text(PENALTY, encoding="utf-8")
    declared = read_catalogue(folder)
    assert list(declared.kinds) == ["registration", "penalty"]
    penalty = declared.kinds["penalty"]
    Office(database, registration).deliver({"name": "云上商贸有限公司", "uscc": code(1), "status": "存续"})

    rows = [
        {
            "document_number": "云罚〔2026〕1号",
            "name": "云上商贸",
            "uscc": code(1),
            "fine": "5000元",
            "valid_until": "长期",
        },
        {"document_number": "云罚〔2026〕2号", "name": "云上商贸", "uscc": code(1), "fine": "2", "valid_until": ""},
        {"document_number": "云罚〔2026〕3号", "name": "云下厂", "uscc": code(2), "fine": "2", "valid_until": ""},
        {"document_number": "", "name": "云下厂", "uscc": code(2), "fine": "2", "valid_until": ""},
    ]
    assert len(check(penalty, rows, declared).rows) == 3
    office = Office(database, penalty, declared)
    outcome = office.deliver(*rows)
    assert (outcome.new, office.delivery.refused) == (3, 1)
    known = office.subject(code(1))
    assert (known.name, known.former_names, known.status) == ("云上商贸有限公司", (), "active")
    assert office.subject(code(2)).name == "云下厂"
    with writing(database) as connection:
        fields = connection.execute(
            select(record.c.fields).where(record.c.key.startswith("云罚〔2026〕1号"))
        ).scalar_one()
    assert '"fine":"0.5"' in fields
    assert '"valid_until":"2099-12-31"' in fields
