"""Where the fictional city lies: its name and districts, from the catalogue's one fictional city."""

from dataclasses import dataclass

from credit_records.catalogue import Catalogue


class NoFictionalCityError(Exception):
    """The catalogue has no fictional city, or one without districts."""


@dataclass(frozen=True, slots=True)
class District:
    division: str
    name: str

    @property
    def rural(self) -> bool:
        return self.name.endswith("县")

    @property
    def short(self) -> str:
        return self.name[:-1]


@dataclass(frozen=True, slots=True)
class Town:
    """`key` is the city's name in the catalogue, `name` what people call it, with 市."""

    key: str
    name: str
    division: str
    districts: tuple[District, ...]

    @property
    def short(self) -> str:
        return self.name.removesuffix("市")

    @property
    def source(self) -> str:
        """Who is said to have delivered its subjects."""
        return f"{self.name}市场监督管理局"


def fictional_town(catalogue: Catalogue) -> Town:
    """The town of the catalogue's fictional city.

    Raises:
        NoFictionalCityError: there is none to make subjects for.
    """
    city = next((city for city in catalogue.cities.values() if city.fictional), None)
    if city is None:
        message = "目录里没有虚构城市（cities/*.toml 中 fictional = true），无法生成演示数据。"
        raise NoFictionalCityError(message)
    inside = city.division[:4]
    districts = tuple(
        District(region.code, region.name)
        for supplement in catalogue.supplements
        for region in supplement.regions
        if region.code.startswith(inside) and region.code != city.division
    )
    if not districts:
        message = f"虚构城市 {city.city_name} 没有区县（regions/*.toml），无法生成演示数据。"
        raise NoFictionalCityError(message)
    return Town(city.name, city.city_name, city.division, districts)
