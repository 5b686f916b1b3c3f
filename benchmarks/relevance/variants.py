"""How people write a name or a code that they half remember: fixed rules, each a small function.

A rule takes a subject's name (or code) and a random generator and gives a query, or None where it does not apply.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from credit_search.folding import unfold_limited
from credit_search.name_parts import take_apart
from opencc import OpenCC
from pypinyin import lazy_pinyin

Rule = Callable[[str, random.Random], str | None]

# Characters that names are full of, for a slip of the pen; the order is of no account.
COMMON = (
    "中国华新金海天大东方信达成安和兴隆盛源泰明龙宏恒鑫正德利永丰福顺昌富荣康嘉美佳瑞祥亿万"
    "通联合众创科技电子商贸建设工程"
)
CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONFUSED = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B", "B": "8"}
_to_traditional = OpenCC("s2t")


@dataclass(frozen=True)
class Variant:
    name: str
    of: str  # "name" or "code"
    rule: Rule
    wanted: float  # MRR@10 asked for


def whole(name: str, _: random.Random) -> str:
    return name


def traditional(name: str, _: random.Random) -> str | None:
    written = _to_traditional.convert(name)
    return written if written != name else None


def full_width(name: str, _: random.Random) -> str | None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    return wide if wide != name else name.replace("（", "(").replace("）", ")")


def without_brackets(name: str, _: random.Random) -> str | None:
    bare = name.translate(str.maketrans("", "", "()（）"))
    return bare if bare != name else None


def spaced(name: str, rng: random.Random) -> str:
    at = rng.randrange(2, len(name) - 1)
    return f"{name[:at]} {name[at:]}"


def without_form(name: str, _: random.Random) -> str | None:
    parts = take_apart(name)
    form = unfold_limited(parts.form)
    for ending in (form, form.replace("有限公司", "有限责任公司")):
        if ending and name.endswith(ending):
            return name.removesuffix(ending)
    return None


def without_region(name: str, _: random.Random) -> str | None:
    parts = take_apart(name)
    if parts.region and name.startswith(parts.region) and len(parts.core) >= 5:
        return name[len(parts.region) :]
    return None


def reordered(name: str, _: random.Random) -> str | None:
    parts = take_apart(name)
    if not parts.region or not name.startswith(parts.region) or not parts.form:
        return None
    return unfold_limited(f"{parts.core}{parts.form}{parts.region}")


def reordered_words(name: str, _: random.Random) -> str | None:
    parts = take_apart(name)
    trade = parts.core[len(parts.trade_name) :]
    if not parts.region or not trade or not name.startswith(parts.region):
        return None
    return f"{trade} {parts.trade_name} {parts.region}"


def wrong(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name))
    return name[:at] + rng.choice([c for c in COMMON if c != name[at]]) + name[at + 1 :]


def missing(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name))
    return name[:at] + name[at + 1 :]


def exchanged(name: str, rng: random.Random) -> str:
    at = rng.randrange(len(name) - 1)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def homophone(name: str, rng: random.Random) -> str | None:
    places = list(range(len(name)))
    rng.shuffle(places)
    for at in places:
        sound = lazy_pinyin(name[at])[0]
        same = [c for c in HOMOPHONES.get(sound, "") if c != name[at]]
        if same:
            return name[:at] + rng.choice(same) + name[at + 1 :]
    return None


def two_wrong(name: str, rng: random.Random) -> str | None:
    if len(name) < 8:
        return None
    return missing(wrong(name, rng), rng) if rng.random() < 0.5 else wrong(wrong(name, rng), rng)


def pinyin(name: str, _: random.Random) -> str | None:
    return "".join(lazy_pinyin(name)) if name.isalpha() and not any(c.isascii() for c in name) else None


def pinyin_spaced(name: str, _: random.Random) -> str | None:
    return " ".join(lazy_pinyin(name)) if name.isalpha() and not any(c.isascii() for c in name) else None


def mixed(name: str, rng: random.Random) -> str | None:
    if not name.isalpha() or any(c.isascii() for c in name):
        return None
    length = rng.randint(1, 3)
    at = rng.randrange(len(name) - length)
    return name[:at] + "".join(lazy_pinyin(name[at : at + length])) + name[at + length :]


def scattered(name: str, rng: random.Random) -> str | None:
    if not name.isalpha() or any(c.isascii() for c in name):
        return None
    return "".join(lazy_pinyin(c)[0] if rng.random() < 0.3 else c for c in name)


def whole_initials(name: str, _: random.Random) -> str | None:
    return "".join(s[0] for s in lazy_pinyin(name)) if name.isalpha() and not any(c.isascii() for c in name) else None


def lower_case(code: str, _: random.Random) -> str:
    return code.lower()


def grouped(code: str, _: random.Random) -> str:
    return f"{code[:6]} {code[6:10]} {code[10:14]} {code[14:]}"


def hyphened(code: str, _: random.Random) -> str:
    return f"{code[:2]}-{code[2:8]}-{code[8:17]}-{code[17]}"


def wide_code(code: str, _: random.Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in code)


def last_nine(code: str, _: random.Random) -> str:
    return code[-9:]


def organisation(code: str, _: random.Random) -> str:
    return code[8:17]


def organisation_hyphened(code: str, _: random.Random) -> str:
    return f"{code[8:16]}-{code[16]}"


def confused(code: str, _: random.Random) -> str | None:
    mistaken = "".join(CONFUSED.get(c, c) for c in code)
    return mistaken if mistaken != code else None


def code_wrong(code: str, rng: random.Random) -> str:
    at = rng.randrange(18)
    return code[:at] + rng.choice([c for c in CODE_ALPHABET if c != code[at]]) + code[at + 1 :]


def code_lost(code: str, rng: random.Random) -> str:
    at = rng.randrange(18)
    return code[:at] + code[at + 1 :]


def code_exchanged(code: str, rng: random.Random) -> str:
    at = rng.randrange(17)
    return code[:at] + code[at + 1] + code[at] + code[at + 2 :]


def code_doubled(code: str, rng: random.Random) -> str:
    at = rng.randrange(18)
    return code[:at] + code[at] + code[at:]


HOMOPHONES = dict(
    pair.split()
    for pair in (
        "xin 新信鑫欣馨心芯",
        "yuan 源元园圆远缘原",
        "da 达大",
        "hua 华花化",
        "tong 通同童桐",
        "sheng 盛胜生圣升晟",
        "cheng 成诚城程晟",
        "jia 嘉佳家加",
        "rui 瑞锐睿",
        "xiang 祥翔向湘",
        "hong 宏鸿红洪",
        "long 隆龙",
        "yu 宇裕玉誉豫",
        "feng 丰峰锋枫",
        "ming 明铭名",
        "kang 康",
        "jin 金锦晋进",
        "hai 海",
        "tai 泰太",
        "an 安",
        "bo 博波",
        "he 和合禾荷",
        "li 利力立丽",
        "mao 贸茂",
        "shang 商尚",
        "gong 工公功",
        "ke 科",
        "ji 技吉机际",
        "jian 建健",
        "shi 实世石时",
        "ye 业叶",
        "fu 福富服",
        "zhong 中众",
        "shun 顺",
        "zhi 智志之",
        "wei 维伟威",
        "dong 东动",
        "fang 方房",
        "qi 奇琪起",
        "yi 亿义益易怡",
    )
)

VARIANTS = (
    Variant("whole", "name", whole, 0.99),
    Variant("traditional", "name", traditional, 0.99),
    Variant("full width", "name", full_width, 0.99),
    Variant("without brackets", "name", without_brackets, 0.99),
    Variant("spaced", "name", spaced, 0.99),
    Variant("without form", "name", without_form, 0.99),
    Variant("without region", "name", without_region, 0.99),
    Variant("reordered", "name", reordered, 0.99),
    Variant("reordered words", "name", reordered_words, 0.99),
    Variant("one wrong", "name", wrong, 0.99),
    Variant("one missing", "name", missing, 0.99),
    Variant("exchanged", "name", exchanged, 0.99),
    Variant("homophone", "name", homophone, 0.99),
    Variant("two errors", "name", two_wrong, 0.97),
    Variant("pinyin", "name", pinyin, 0.97),
    Variant("pinyin spaced", "name", pinyin_spaced, 0.97),
    Variant("mixed", "name", mixed, 0.97),
    Variant("scattered", "name", scattered, 0.97),
    Variant("initials", "name", whole_initials, 0.90),
    Variant("code", "code", whole, 0.99),
    Variant("code lower case", "code", lower_case, 0.99),
    Variant("code grouped", "code", grouped, 0.99),
    Variant("code hyphened", "code", hyphened, 0.99),
    Variant("code full width", "code", wide_code, 0.99),
    Variant("last nine", "code", last_nine, 0.99),
    Variant("organisation", "code", organisation, 0.99),
    Variant("organisation hyphened", "code", organisation_hyphened, 0.99),
    Variant("code confused", "code", confused, 0.97),
    Variant("code one wrong", "code", code_wrong, 0.97),
    Variant("code one lost", "code", code_lost, 0.97),
    Variant("code exchanged", "code", code_exchanged, 0.97),
    Variant("code one doubled", "code", code_doubled, 0.97),
)
