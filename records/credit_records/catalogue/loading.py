"""Reads the catalogue's files into one checked whole."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from credit_records.catalogue.models import City, Code, CodeList, Kind, Locale, RegionSupplement
from credit_records.catalogue.policies import Policy
from credit_records.catalogue.strict import Strict

FOLDER = Path(__file__).parent
Model = TypeVar("Model", bound=Strict)


class CatalogueError(Exception):
    """A catalogue file is wrong; the message names the file, the place and the fault."""


@dataclass(frozen=True)
class Catalogue:
    """Everything that is declared rather than programmed. Kinds are in the order of the profile."""

    kinds: Mapping[str, Kind]
    lists: Mapping[str, CodeList]
    cities: Mapping[str, City]
    supplements: tuple[RegionSupplement, ...]
    policies: Mapping[str, Policy]

    def codes(self, list_name: str) -> Mapping[str, Code]:
        """The codes of a list, in its order."""
        return self.lists[list_name].by_code

    def label(self, list_name: str, code: str, locale: Locale = "zh") -> str:
        """What a person reads for a code; the code itself where the list has no such code any more."""
        found = self.codes(list_name).get(code)
        if found is None:
            return code
        return found.en if locale == "en" else found.zh

    def city(self, name: str) -> City:
        """The city of this name.

        Raises:
            CatalogueError: there is no such city; the message lists those that exist.
        """
        if name in self.cities:
            return self.cities[name]
        message = f"没有名为 {name} 的城市；可用：{'、'.join(self.cities)}。请检查 CHENGXIN_CITY。"
        raise CatalogueError(message)


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the program, read on first use."""
    return read_catalogue(FOLDER)


def read_catalogue(folder: Path) -> Catalogue:
    """Read `kinds/`, `lists/`, `policies/`, `cities/` and `regions/` under the folder.

    Raises:
        CatalogueError: a file can't be read, breaks the model, or names something that does not exist.
    """
    lists = _read_named(folder / "lists", CodeList)
    policies = _read_named(folder / "policies", Policy)
    kinds = _read_named(folder / "kinds", Kind)
    for kind in kinds.values():
        _check_names(kind, lists, policies)
    _check_registers(kinds)
    return Catalogue(
        kinds=dict(sorted(kinds.items(), key=lambda item: item[1].order)),
        lists=lists,
        cities=_read_named(folder / "cities", City),
        supplements=tuple(_read(path, RegionSupplement) for path in sorted((folder / "regions").glob("*.toml"))),
        policies=policies,
    )


def _check_names(kind: Kind, lists: Mapping[str, CodeList], policies: Mapping[str, Policy]) -> None:
    """Code lists, their codes and the policy that a kind names must exist."""
    for field in kind.fields:
        if field.code_list is not None and field.code_list not in lists:
            message = f"kinds/{kind.name}.toml: {field.name} 用到的代码表 {field.code_list} 不存在"
            raise CatalogueError(message)
    policy = kind.publication.policy
    if policy is not None and (policy not in policies or not policies[policy].versions[0].classes):
        message = f"kinds/{kind.name}.toml: 公示期 {policy} 不是 policies/ 中规定了公示期的规则"
        raise CatalogueError(message)
    asked = [(field.required_when.field, field.required_when.values) for field in kind.fields if field.required_when]
    if kind.roles.public_type is not None:
        asked.append((kind.roles.public_type, kind.publication.public_values))
    for name, values in asked:
        code_list = kind.by_name[name].code_list
        known = lists[code_list].by_code if code_list else {}
        if unknown := [value for value in values if value not in known]:
            message = f"kinds/{kind.name}.toml: {name} 的代码表中没有 {'、'.join(unknown)}"
            raise CatalogueError(message)


def _check_registers(kinds: Mapping[str, Kind]) -> None:
    """No two registers share an address."""
    taken: dict[str, str] = {}
    for kind in kinds.values():
        path = kind.own_register.path if kind.own_register else None
        if path is not None and (other := taken.setdefault(path, kind.name)) != kind.name:
            message = f"kinds/{kind.name}.toml: register.path {path} 已由 {other} 使用"
            raise CatalogueError(message)


def _read_named(folder: Path, model: type[Model]) -> dict[str, Model]:
    found = {path.stem: _read(path, model) for path in sorted(folder.glob("*.toml"))}
    for stem, entry in found.items():
        if getattr(entry, "name", None) != stem:
            message = f"{folder.name}/{stem}.toml: name 应与文件名相同"
            raise CatalogueError(message)
    return found


def _read(path: Path, model: type[Model]) -> Model:
    where = f"{path.parent.name}/{path.name}"
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{where}: 读不了：{problem}"
        raise CatalogueError(message) from problem
    except ValidationError as problem:
        faults = "；".join(
            f"{'.'.join(map(str, error['loc'])) or '整体'}: {error['msg']}" for error in problem.errors()
        )
        message = f"{where}: {faults}"
        raise CatalogueError(message) from problem
