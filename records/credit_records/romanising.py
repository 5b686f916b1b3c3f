"""Names of divisions in Latin letters, as maps of China write them: Chengguan District, Lanzhou, Gansu."""

from functools import lru_cache
from typing import Final

from pypinyin import lazy_pinyin

from credit_records.divisions import short_name

# Names that are not simply the pinyin of the Chinese: GB/T 28039 for names of other languages, and long usage.
_SPECIAL: Final = {
    "内蒙古自治区": "Inner Mongolia",
    "西藏自治区": "Tibet",
    "新疆维吾尔自治区": "Xinjiang",
    "广西壮族自治区": "Guangxi",
    "宁夏回族自治区": "Ningxia",
    "陕西省": "Shaanxi",
    "香港特别行政区": "Hong Kong",
    "澳门特别行政区": "Macao",
    "台湾省": "Taiwan",
    "呼和浩特市": "Hohhot",
    "鄂尔多斯市": "Ordos",
    "乌鲁木齐市": "Urumqi",
    "哈尔滨市": "Harbin",
    "齐齐哈尔市": "Qiqihar",
    "拉萨市": "Lhasa",
    "克拉玛依市": "Karamay",
    "喀什地区": "Kashgar Prefecture",
    "吐鲁番市": "Turpan",
    "哈密市": "Hami",
}
# Where the dictionary of readings takes another than the place's own.
_READINGS: Final = {
    "朝阳市": "Chaoyang",
    "朝阳县": "Chaoyang",
    "长治市": "Changzhi",
    "长葛市": "Changge",
    "漯河市": "Luohe",
    "洪洞县": "Hongtong",
    "单县": "Shanxian",
    "浚县": "Xunxian",
    "繁峙县": "Fanshi",
    "宕昌县": "Tanchang",
    "什邡市": "Shifang",
    "郫都区": "Pidu",
}
_KINDS: Final = (
    ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"),
    ("自治旗", "Autonomous Banner"),
    ("新区", "New Area"),
    ("地区", "Prefecture"),
    ("林区", "Forestry District"),
    ("矿区", "Mining District"),
    ("特区", "Special District"),
    ("区", "District"),
    ("县", "County"),
    ("旗", "Banner"),
    ("盟", "League"),
)


@lru_cache(maxsize=8192)
def romanised_division(name: str) -> str:
    """The name in Latin letters with its kind in English; cities and provinces go without theirs."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    kind = next((english for suffix, english in _KINDS if name.endswith(suffix)), "")
    return f"{_READINGS.get(name) or _joined(name, len(short_name(name)))} {kind}".strip()


def _joined(chinese: str, length: int) -> str:
    """The first syllables in one word, read as part of the whole; an apostrophe before a vowel (GB/T 16159): Xi'an."""
    syllables = lazy_pinyin(chinese)[:length]
    word = "".join(
        f"'{syllable}" if place and syllable[0] in "aoe" else syllable for place, syllable in enumerate(syllables)
    )
    return word[:1].upper() + word[1:]
