"""The deliberate cases of the demo: what an operator will want to see handled, with serial numbers from the far end."""

from collections.abc import Iterator
from dataclasses import replace

from credit_indexer.demo.codes import SERIALS, make_code, spoil
from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import Town

_YEAR = 2018

# Of how many records certain of them have: one fills many pages, some have a bit of everything.
_KNOWN_WELL = {3: 260, 0: 24, 7: 45, 8: 30}


def showcases(town: Town) -> Iterator[FictionalSubject]:
    """One subject for each case, the same ones in every city of this town."""
    for number, (name, changes) in enumerate(_cases(town)):
        yield replace(_plain(town, number, name), **changes)


def known_well(town: Town) -> dict[str, int]:
    """How many records the deliberate cases have that people know much of, by their code."""
    cases = list(showcases(town))
    return {cases[number].uscc: records for number, records in _KNOWN_WELL.items()}


def _cases(town: Town) -> list[tuple[str, dict[str, str]]]:
    city, first, second = town.short, town.districts[0], town.districts[1]
    return [
        # Two shops that differ by one homophone, both of which people remember as 鑫源装饰.
        (f"{town.name}{first.name}鑫源装饰设计店", {"entity_type": "个体工商户", "capital": ""}),
        (f"{town.name}{second.name}鑫沅装饰设计店", {"entity_type": "个体工商户", "capital": "5万元"}),
        # A code whose check character is wrong: kept, flagged, found.
        (f"{city}错码示例商贸有限公司", {"uscc": spoil(_code(town, 2))}),
        # Renamed twice: found by every name that it had.
        (
            f"{city}长风重工集团有限公司",
            {"former_names": f"{city}长风重型机械有限责任公司；{city}第二机械厂", "capital": "56,800(万元人民币)"},
        ),
        # As long as real names get.
        (
            f"{city}中药材种植加工仓储冷链物流及乡村旅游综合开发产业园区投资建设运营管理服务有限责任公司"
            f"{second.name}分公司第二项目部",
            {"capital": ""},
        ),
        # Registered in traditional characters, searched in simplified ones.
        (f"{_traditional(city)}龍騰書畫藝術館", {"entity_type": "个体工商户", "capital": ""}),
        # Full-width letters and both kinds of brackets.
        (f"{city}ＡＢＣ（{first.short}）国际贸易有限公司", {"entity_type": "有限责任公司(外商投资)"}),
        # Readings that depend on the word: 长 zhǎng/cháng, 行 háng/xíng, 重 zhòng/chóng, 乐 yuè/lè.
        (f"{city}长乐音乐行有限公司", {}),
        # Digits in the name, capital in dollars.
        (f"{city}21世纪光电科技有限公司", {"capital": "300(万美元)"}),
        # Nothing but a name and a code.
        (
            f"{city}信息不全示例部",
            dict.fromkeys(
                ("status", "entity_type", "established", "capital", "legal_representative", "scope", "address"), ""
            ),
        ),
        # Its licence was revoked, then it was deregistered.
        (f"{city}已注销示例食品有限公司", {"status": "吊销，已注销"}),
    ]


def _plain(town: Town, number: int, name: str) -> FictionalSubject:
    home = town.districts[number % len(town.districts)]
    return FictionalSubject(
        name=name,
        uscc=_code(town, number),
        status="存续",
        entity_type="有限责任公司",
        established=f"{_YEAR}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        capital="100(万元人民币)",
        legal_representative="张示例",
        scope="仅用于演示的虚构主体，不从事任何经营活动。",
        city=town.name,
        address=f"{town.name}{home.name}示例路{number + 1}号",
        registration_authority=f"{town.name}{home.name}市场监督管理局",
    )


def _code(town: Town, number: int) -> str:
    home = town.districts[number % len(town.districts)]
    return make_code("91", home.division, SERIALS - 1 - number, year=_YEAR)


def _traditional(city: str) -> str:
    return city.replace("霁", "霽")
