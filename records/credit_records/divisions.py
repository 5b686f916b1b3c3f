"""Administrative divisions: GB/T 2260 as python-stdnum carries it, with the catalogue's supplement."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from stdnum import numdb

from credit_records.catalogue import Catalogue

# Entries that only head a group of others; no place bears such a name.
_HEADINGS: Final = frozenset(
    {"市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位", "省直辖行政单位", "省直辖县级行政区划"}
)
_HISTORY: Final = re.compile(r"\[(?P<start>\d*)-(?P<end>\d*)\](?P<name>.+)")
# Peoples in the names of autonomous places; before 自治, and before 区 in 梅里斯达斡尔族区 and its like.
_PEOPLE: Final = re.compile(
    r"(?:(?:"
    r"壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|土族|仫佬族|羌族|布朗族|撒拉族|毛南族|"
    r"仡佬族|普米族|怒族|独龙族|保安族|裕固族|蒙古族|回族|藏族|苗族|彝族|各族|维吾尔|哈萨克|柯尔克孜|达斡尔|锡伯|塔吉克|蒙古|鄂温克族|鄂伦春族"
    r")族?)+$"
)
# Longest first; what stays must still be a name, hence the two characters that `short_name` asks for.
_KINDS: Final = (
    *("特别行政区", "自治区", "自治州", "自治县", "自治旗", "矿区", "林区", "特区", "新区", "地区"),
    *("省", "市", "区", "县", "旗", "盟", "州"),
)


@dataclass(frozen=True, slots=True)
class Division:
    """A place of GB/T 2260 or of the supplement. A `fictional` one belongs to no real province;
    a functional area (功能区) bears a name that its city bears too, so it has no short one.
    """

    code: str
    name: str
    name_en: str | None = None
    aliases: tuple[str, ...] = ()
    fictional: bool = False
    is_functional: bool = False

    @property
    def is_province(self) -> bool:
        return self.code.endswith("0000")

    @property
    def is_city(self) -> bool:
        """A prefecture: 市, 地区, 自治州 or 盟."""
        return self.code.endswith("00") and not self.is_province


@cache
def short_name(name: str) -> str:
    """A division's name as people say it, 延边 for 延边朝鲜族自治州; unchanged where less than two characters stay."""
    for kind in _KINDS:
        if name.endswith(kind):
            rest = name.removesuffix(kind)
            bare = _PEOPLE.sub("", rest) if kind[0] == "自" or kind == "区" else rest
            return next((form for form in (bare, rest) if len(form) >= 2), name)
    return name


def read_divisions(catalogue: Catalogue) -> Mapping[str, Division]:
    """Every division that exists today, by its six digits, in their order."""
    found = {code: Division(code, name) for code, name, current in _listed() if current and name not in _HEADINGS}
    fictional = tuple(city.division[:4] for city in catalogue.cities.values() if city.fictional)
    for supplement in catalogue.supplements:
        for region in supplement.regions:
            found[region.code] = Division(
                region.code,
                region.name,
                region.name_en,
                region.aliases,
                fictional=region.code.startswith(fictional),
                # Statistics give 71 to 79 to areas that are no administrative divisions.
                is_functional=region.code[4] == "7",
            )
    return dict(sorted(found.items()))


def former_division_names() -> Iterable[str]:
    """Names of divisions that are no more; many names of enterprises still begin with them."""
    return {name for _, name, current in _listed() if not current and name not in _HEADINGS}


def _listed() -> Iterable[tuple[str, str, bool]]:
    """Code, name and whether it is current, for all that GB/T 2260 ever listed."""
    for _, province, _, _, children in numdb.get("cn/loc").prefixes:
        for _, rest, _, properties, _ in children:
            for entry in properties.get("county", "").split(","):
                history = _HISTORY.fullmatch(entry)
                if history:
                    yield province + rest, history["name"], not history["end"]
                elif entry:
                    yield province + rest, entry, True
