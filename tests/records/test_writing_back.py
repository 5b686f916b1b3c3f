"""What is given back to a sender is read as the same record when it is sent again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import orjson
from credit_records.catalogue import FieldSpec, FieldType, Kind, catalogue
from credit_records.checking import Checker
from credit_records.corrections import Scope, read_problems
from credit_records.writing_back import written_back
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)


DAYS = st.dates(date(2000, 1, 1), date(2020, 1, 1)).map(str)
TEXTS: dict[FieldType, st.SearchStrategy[str]] = {
    FieldType.TEXT: WORDS,
    FieldType.CODE: st.integers(1, 999).map(code),
    FieldType.DATE: DAYS,
    FieldType.AMOUNT: st.decimals(Decimal("0.01"), Decimal(900), places=4).map(str),
    FieldType.CAPITAL: st.sampled_from(["500", "1,000(万美元)", "50万元人民币", "12.5万港元"]),
    FieldType.INTEGER: st.integers(1950, 2020).map(str),
    FieldType.NAMES: st.lists(WORDS, min_size=1, max_size=3, unique=True).map("；".join),
}


def texts_of(spec: FieldSpec) -> st.SearchStrategy[str]:
    """Ways in which a value of the field may be sent."""
    if spec.type is FieldType.ENUMERATION:
        labels = st.sampled_from([each.zh for each in catalogue().lists[str(spec.code_list)].codes])
        return st.lists(labels, min_size=1, max_size=3, unique=True).map("、".join) if spec.several else labels
    return TEXTS[spec.type] | st.just("长期") if spec.open_ended else TEXTS[spec.type]


KINDS = list(catalogue().kinds.values())
WAYS = {kind.name: Checker(kind, [spec.name for spec in kind.fields]) for kind in KINDS}


def read(kind: Kind, texts: Mapping[str, str]) -> list[Mapping[str, object]]:
    values = [tuple(texts.get(spec.name, "") for spec in kind.fields)]
    return [orjson.loads(row.fields) for row in WAYS[kind.name].check([2], values).rows]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_what_is_written_back_is_read_as_the_same(data):
    kind = data.draw(st.sampled_from(KINDS))
    sent = {spec.name: data.draw(texts_of(spec)) for spec in kind.fields if not spec.secret}
    for fields in read(kind, sent):
        back = written_back(kind, fields, catalogue())
        assert read(kind, {spec.name: back.get(spec.title, "") for spec in kind.fields}) == [fields]


def test_a_refused_contradiction_gives_back_the_whole_row(database):
    refusing = PENALTY.model_copy(update={"subject": PENALTY.subject.model_copy(update={"contradiction": "refused"})})
    Office(database, catalogue().kinds["registration"]).deliver({"name": "云上第1商贸有限公司", "uscc": code(1)})
    row = sample(PENALTY, name="山下酒业有限公司", valid_until="长期", category="罚款、警告")
    assert Office(database, refusing).deliver(row).refused == 1
    with database.connect() as connection:
        (problem,) = read_problems(connection, Scope())
    titles = {PENALTY.by_name[name].title for name in row}
    assert titles <= set(problem.raw)
    assert problem.raw["处罚有效期"] == "长期"
    assert problem.raw["处罚类别"] in {"罚款、警告", "警告、罚款"}
    assert problem.raw["行政相对人名称"] == "山下酒业有限公司"


def test_a_row_of_every_kind_comes_back_whole():
    for kind in KINDS:
        (fields,) = read(kind, sample(kind, valid_until="2090-01-01"))
        back = written_back(kind, fields, catalogue())
        assert len(back) == len(fields)
        assert read(kind, {spec.name: back.get(spec.title, "") for spec in kind.fields}) == [fields]
