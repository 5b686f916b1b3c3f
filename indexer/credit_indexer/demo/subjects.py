"""Makes fictional subjects, one after another, the same ones for the same seed, in constant memory.

No two have one name or one code: both are decoded from the subject's number, which is walked through the whole space
of combinations in steps that share no factor with its size. Everything else is drawn from one seeded stream.
"""

import math
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from credit_indexer.demo.codes import make_code
from credit_indexer.demo.town import District, Town
from credit_indexer.demo.vocabulary import Industry, Vocabulary

AS_OF = date(2026, 10, 31)  # a fixed day, so that the same seed gives the same city next year
BRANCHES_OF_ONE = 4
RECENT_PARENTS = 500  # whose branches may still come

_COMPANIES = ("company", "share")
_ENTERPRISE, _SOLE_TRADER, _COOPERATIVE = "91", "92", "93"
_STATUSES = ("存续（在营、开业、在册）", "注销", "吊销，未注销", "迁出", "清算", "歇业", "")
_STATUS_WEIGHTS = (780, 120, 55, 12, 6, 7, 20)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文志国春梅海燕林雪婷宇浩子轩梓涵欣怡"


class TooManySubjectsError(Exception):
    """More subjects were asked for than there are different names."""


@dataclass(frozen=True, slots=True)
class FictionalSubject:
    """One row of a delivery: fields of the kind `registration`, as text, written in the ways of real files."""

    name: str
    uscc: str
    status: str
    entity_type: str
    established: str
    capital: str
    legal_representative: str
    scope: str
    city: str
    address: str
    registration_authority: str
    former_names: str = ""


FIELDS = tuple(field.name for field in fields(FictionalSubject))


class SubjectMaker:
    """Makes the subjects of a town.

    Args:
        town: where they are.
        vocabulary: what their names and addresses are joined from.
        seed: any number; the same one gives the same subjects.
    """

    def __init__(self, town: Town, vocabulary: Vocabulary, seed: int) -> None:
        self._town = town
        self._vocabulary = vocabulary
        self._seed = seed
        self._random = random.Random(seed)
        self._words = [(industry, word) for industry in vocabulary.industries for word in industry.words]
        self._trades = len(vocabulary.trade_names.first) * len(vocabulary.trade_names.second)
        self._space = self._trades * len(self._words)
        self._step = _coprime(self._space)
        self._prefixes = 1 + len(town.districts)
        self._parents: deque[tuple[str, int]] = deque(maxlen=RECENT_PARENTS)

    @property
    def most(self) -> int:
        """How many subjects there are names for."""
        return self._space * self._prefixes

    def subjects(self, count: int) -> Iterator[FictionalSubject]:
        """The first `count` of them.

        Raises:
            TooManySubjectsError: `count` is above `most`.
        """
        if count > self.most:
            message = f"最多能生成 {self.most} 个虚构主体，要求的是 {count} 个。请减小 --subjects。"
            raise TooManySubjectsError(message)
        return (self._subject(number) for number in range(count))

    def _subject(self, number: int) -> FictionalSubject:
        turn, step = divmod(number, self._space)
        place = (step * self._step + self._seed) % self._space
        trade = self._trade(place % self._trades)
        industry, word = self._words[place // self._trades]
        district = self._named_district(place, turn)
        form = self._form(industry)
        home = district or self._random.choice(self._town.districts)
        name = self._branch(home) if form == "branch" else self._name(form, trade + word, industry, district)
        year = self._year(form)
        established = self._day(year)
        return FictionalSubject(
            name=name,
            uscc=make_code(self._code_kind(form), self._registered_in(form, home), number, year=year),
            status=self._status(),
            entity_type=self._random.choice(self._vocabulary.types[form]),
            established=established.isoformat(),
            capital=self._capital(form),
            legal_representative=self._person(),
            scope=self._scope(industry),
            city=self._town.name,
            address=self._address(home, industry),
            registration_authority=f"{self._town.name}{home.name}市场监督管理局",
            former_names=self._former_name(form, word, district),
        )

    def _trade(self, number: int) -> str:
        names = self._vocabulary.trade_names
        first, second = divmod(number, len(names.second))
        return names.first[first] + names.second[second]

    def _named_district(self, place: int, turn: int) -> District | None:
        """The district that the name begins with, or None for the city; another one on every turn."""
        draw = (place * 2_654_435_761 >> 7) % (2 * self._prefixes)
        slot = ((draw if draw < self._prefixes else 0) + turn) % self._prefixes
        return self._town.districts[slot - 1] if slot else None

    def _form(self, industry: Industry) -> str:
        form = self._random.choices(tuple(industry.forms), tuple(industry.forms.values()))[0]
        return "company" if form == "branch" and not self._parents else form

    def _branch(self, home: District) -> str:
        parent, branches = self._parents.popleft()
        if branches + 1 < BRANCHES_OF_ONE:
            self._parents.append((parent, branches + 1))
        return f"{parent}{home.short}第{'一二三四'[branches]}分公司"

    def _name(self, form: str, stem: str, industry: Industry, district: District | None) -> str:
        endings = industry.shop_endings if form == "shop" else self._vocabulary.endings[form]
        name = self._prefix(form, district) + stem + self._random.choice(endings)
        if form in _COMPANIES and self._random.random() < 0.2:
            self._parents.append((name, 0))
        return name

    def _prefix(self, form: str, district: District | None) -> str:
        city = self._town.name if form == "shop" else self._town.short
        if district is None:
            return city
        if district.name.startswith(self._town.short):
            return district.name
        if form == "shop":
            return city + district.name
        return district.short if district.rural else city + district.short

    def _registered_in(self, form: str, home: District) -> str:
        at_city = form in _COMPANIES and self._random.random() < 0.3
        return self._town.division if at_city else home.division

    def _year(self, form: str) -> int:
        """Most are young, as in real registers; sole traders and cooperatives younger still."""
        oldest = {"shop": 2002, "cooperative": 2007}.get(form, 1985)
        age = int(self._random.betavariate(1.1, 2.6) * (AS_OF.year - oldest + 1))
        return AS_OF.year - age

    def _day(self, year: int) -> date:
        last = min(date(year, 12, 31), AS_OF).toordinal()
        return date.fromordinal(self._random.randint(date(year, 1, 1).toordinal(), last))

    def _code_kind(self, form: str) -> str:
        return {"shop": _SOLE_TRADER, "cooperative": _COOPERATIVE}.get(form, _ENTERPRISE)

    def _status(self) -> str:
        return self._random.choices(_STATUSES, _STATUS_WEIGHTS)[0]

    def _capital(self, form: str) -> str:
        if form == "branch" or (form == "shop" and self._random.random() < 0.6):
            return ""
        amount = self._random.choice((3, 5, 10, 20, 30, 50, 50, 100, 100, 200, 300, 500, 500, 1000, 2000, 5000, 12800))
        if form in ("shop", "cooperative", "sole"):
            return f"{min(amount, 300)}万元"
        written = self._random.choice(("{:,}(万元人民币)", "{:,}(万元人民币)", "{}万元人民币", "{}万人民币"))
        return written.format(amount)

    def _person(self) -> str:
        return self._random.choice(_SURNAMES) + "".join(self._random.choices(_GIVEN, k=self._random.choice((1, 2, 2))))

    def _scope(self, industry: Industry) -> str:
        told = self._random.sample(industry.scopes, self._random.randint(1, 4))
        end = "（依法须经批准的项目，经相关部门批准后方可开展经营活动）" if self._random.random() < 0.4 else ""
        return "；".join(told) + end + "。"

    def _address(self, home: District, industry: Industry) -> str:
        streets = self._vocabulary.streets
        if home.rural and (industry.name == "农业" or self._random.random() < 0.5):
            village = self._random.choice(streets.towns) + self._random.choice(streets.villages)
            team = self._random.choice("一二三四五六七八九")
            return f"{self._town.name}{home.name}{village}{team}社{self._number(120)}号"
        building = self._random.choice(streets.buildings).format(
            city=self._town.short,
            district=home.short.removeprefix(self._town.short),
            floor=self._number(24),
            room=self._number(24) * 100 + self._number(30),
            block=self._random.choice("ABCD"),
            number=self._number(30),
            unit=self._number(4),
        )
        return f"{self._town.name}{home.name}{self._random.choice(streets.roads)}{self._number(900)}号{building}"

    def _number(self, most: int) -> int:
        return self._random.randint(1, most)

    def _former_name(self, form: str, word: str, district: District | None) -> str:
        if form not in _COMPANIES or self._random.random() > 0.06:
            return ""
        trade = self._trade(self._random.randrange(self._trades))
        return self._prefix(form, district) + trade + word + self._vocabulary.endings[form][0]


def _coprime(space: int) -> int:
    """A step through the space that scatters neighbours and meets every place: near the golden section of it."""
    step = int(space * 0.618_034)
    while math.gcd(step, space) != 1:
        step += 1
    return step
