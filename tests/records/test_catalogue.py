import shutil
import unicodedata
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from credit_records.calendar import today
from credit_records.catalogue import CatalogueError, catalogue, read_catalogue
from credit_records.catalogue.loading import FOLDER
from credit_records.database import writing
from credit_records.publication import Act, withdraw
from credit_records.record_changes import record_rows_after
from credit_records.record_reading import find_record
from credit_records.role_values import RoleReader
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
facets = ["kind", "amount_band"]
[subject]
code = "uscc"
name = "name"
[roles]
document_number = "document_number"
decision_date = "decided_on"
valid_until = "valid_until"
amount = "fine"
[publication]
timeliness_days = 7
period = "administrative_penalty"
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
name = "decided_on"
title = "决定日期"
title_en = "Decided on"
type = "date"
not_future = true
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
    assert declared.kinds.keys() - catalogue().kinds.keys() == {"penalty"}
    penalty = declared.kinds["penalty"]
    Office(database, registration).deliver({"name": "云上商贸有限公司", "uscc": code(1), "status": "存续"})

    rows = [
        {
            "document_number": "云罚〔2026〕1号",
            "name": "云上商贸",
            "uscc": code(1),
            "fine": "5000元",
            "decided_on": (today() - timedelta(days=3)).isoformat(),
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
    with database.connect() as connection:
        told = record_rows_after(connection, 0, 10)
        shown = find_record(connection, told.records[0].id)
    assert [each.kind for each in told.records] == ["penalty"] * 3
    assert (told.records[0].document_number, told.records[0].name) == ("云罚〔2026〕1号", "云上商贸有限公司")
    assert shown is not None
    assert shown.ends_on is not None
    assert shown.working_days is not None
    assert shown.working_days <= 3
    values = RoleReader(penalty, declared).read(shown.fields)
    assert values.amount == Decimal("0.5")
    withdraw(database, told.records[0].id, Act("某科员", "决定已撤销"), declared)
    with database.connect() as connection:
        assert find_record(connection, told.records[0].id) is None


PENALTY_FILE = "administrative_penalty.toml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('amount = "fine"', 'amount = "nowhere"', "nowhere"),
        ('amount = "fine"', 'amount = "facts"', "facts"),
        ('amount = "fine"', 'amout = "fine"', "amout"),
        ('legal_person = "legal_representative"', 'legal_person = "organisation_code"', "organisation_code"),
        ('period = "administrative_penalty"', 'period = "for_ever"', "for_ever"),
        ('period = "administrative_penalty"', 'period = "objection"', "objection"),
        ('period = "administrative_penalty"', 'period = "until_exit"', "exited_on"),
        ('visibility = "public"', 'visibility = "by_field"', "public_values"),
        ('facets = ["kind"', 'facets = ["kidn"', "facets"),
        ('in = ["fine"]', 'in = ["parking"]', "parking"),
        ('not_before = "decision_date"', 'not_before = "nothing"', "nothing"),
        ("several = true", "severl = true", "severl"),
        ('name = "person_id_number"', 'name = "person_id_number"\nrequired = true', "secret"),
        ('key = ["document_number"', 'key = ["remark"', "remark"),
        ('path = "penalties"', 'path = "Penalties!"', "register.path"),
        ('path = "penalties"', 'path = "licences"', "licences"),
        ('visibility = "public"', 'visibility = "never"', "register"),
        ('visibility = "public"', 'visibility = "public"\nsearchable = false', "register"),
    ],
)
def test_a_mistake_in_what_a_kind_publishes_is_told(folder, old, new, told):
    edit(folder / "kinds" / PENALTY_FILE, old, new)
    with pytest.raises(CatalogueError, match=r"administrative_penalty\.toml") as refused:
        read_catalogue(folder)
    assert told in str(refused.value)


def test_a_mistake_in_a_policy_is_told(folder):
    edit(folder / "policies" / PENALTY_FILE, 'default_class = "ordinary"', 'default_class = "grave"')
    with pytest.raises(CatalogueError, match=r"policies/administrative_penalty\.toml"):
        read_catalogue(folder)
