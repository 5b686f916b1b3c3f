import pytest
from credit_records.catalogue import catalogue
from credit_records.entity_types import EntityTypes
from credit_records.industries import Industries

from tests.records.registering import check, code

TYPES = EntityTypes(catalogue().lists["entity_type"])
INDUSTRIES = Industries(catalogue().lists["industry"])
ENTERPRISE = code(1)


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("有限责任公司", "limited"),
        ("有限责任公司(自然人投资或控股)", "limited"),
        ("有限责任公司（自然人独资）", "limited"),
        ("有限责任公司 私营企业", "limited"),
        ("有限责任公司分公司(自然人独资)", "branch"),
        ("股份有限公司(上市、自然人投资或控股)", "joint_stock"),
        ("集体分支机构(非法人)", "branch"),
        ("内资分公司", "branch"),
        ("个体工商户", "sole_trader"),
        ("个人独资企业", "sole_proprietorship"),
        ("全民所有制", "state_owned"),
        ("有限合伙企业", "partnership"),
        ("农民专业合作社", "cooperative"),
        ("其他", "other"),
    ],
)
def test_a_declared_type_is_recognised_with_its_additions(declared, found):
    assert TYPES.find(declared, ENTERPRISE, "某某厂") == (found, "declared")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("云上商贸有限公司", "limited"),
        ("云上商贸有限责任公司（云上）", "limited"),
        ("云上银行股份有限公司", "joint_stock"),
        ("云上商贸有限公司城关分公司", "branch"),
        ("云上餐饮有限公司人民路店", "branch"),
        ("云上投资中心（有限合伙）", "partnership"),
        ("云上投资中心(有限合伙)", "partnership"),
        ("云上县定远供销合作社", "collective"),
        ("云上百合种植专业合作社", "cooperative"),
        ("云上县定远供销合作社第一超市", "branch"),
        ("云上养殖场", "sole_proprietorship"),
    ],
)
def test_the_legal_form_in_a_name_tells_the_type(name, found):
    assert TYPES.find(None, ENTERPRISE, name) == (found, "name")


@pytest.mark.parametrize(
    ("uscc", "found"),
    [(code(1, kind="92"), "sole_trader"), (code(1, kind="93"), "cooperative"), (code(1, kind="12"), "institution")],
)
def test_the_kind_in_the_code_outweighs_the_name(uscc, found):
    assert TYPES.find(None, uscc, "云上商行") == (found, "code_kind")


def test_what_nothing_tells_stays_unknown():
    assert TYPES.find(None, ENTERPRISE, "云上机械厂") == (None, None)
    assert TYPES.find("说不清", ENTERPRISE, "云上机械厂") == (None, None)
    assert INDUSTRIES.find(None, "云上", None) == (None, None)


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("云上商贸有限公司", "F"),
        ("云上建筑劳务有限公司", "E"),
        ("云上网络科技有限公司", "I"),
        ("云上科技有限公司", "M"),
        ("云上农业科技有限公司", "A"),
        ("云上文化传播有限公司", "R"),
        ("云上房地产开发有限公司", "K"),
        ("云上牛肉面馆", "H"),
        ("云上汽车维修厂", "O"),
        ("云上物流有限公司", "G"),
        ("云上机械制造有限公司", "C"),
    ],
)
def test_a_name_says_its_trade(name, section):
    assert INDUSTRIES.find(None, name, "房地产开发") == (section, "name")


def test_the_scope_tells_where_the_name_does_not_and_a_declaration_outweighs_both():
    assert INDUSTRIES.find(None, "云上有限公司", "房屋建筑工程施工；商品批发") == ("E", "scope")
    assert INDUSTRIES.find("J", "云上商贸有限公司", "批发") == ("J", "declared")


def test_all_facts_of_a_row_come_with_their_basis(registration):
    row = {
        "name": "云上商贸有限公司",
        "uscc": ENTERPRISE,
        "status": "存续",
        "established": "2019年4月30日",
        "capital": "1,000(万元人民币)",
        "address": "甘肃省兰州市城关区某路1号",
        "former_names": "云下商贸有限公司",
    }
    (checked,) = check(registration, [row]).rows
    assert checked.facts._asdict() == {
        "status": "active",
        "division": "620102",
        "division_basis": "address",
        "entity_type": "limited",
        "entity_type_basis": "name",
        "industry": "F",
        "industry_basis": "name",
        "established": "2019-04-30",
        "capital_amount": "1000",
        "capital_currency": "CNY",
    }
    assert checked.former_names == ("云下商贸有限公司",)


def test_the_digest_follows_what_is_kept_and_not_how_it_was_written(registration):
    row = {"name": "云上商贸有限公司", "uscc": ENTERPRISE, "established": "2019-04-30"}
    dressed = {"name": " 云上商贸有限公司", "uscc": ENTERPRISE.lower(), "established": "2019/4/30"}
    other = {**row, "established": "2019-05-01"}
    first, second, third = (check(registration, [each]).rows[0].digest for each in (row, dressed, other))
    assert first == second
    assert first != third
