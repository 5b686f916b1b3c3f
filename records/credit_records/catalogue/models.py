"""What a catalogue file may say. Anything else in one is an error, told with the file's name."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_records.folding import fold

Locale = Literal["zh", "en"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)


class FieldType(StrEnum):
    """How a value is read and kept. `credit_records.field_types` holds one reader for each."""

    TEXT = "text"
    CODE = "code"  # 统一社会信用代码
    DATE = "date"
    AMOUNT = "amount"  # 万元
    CAPITAL = "capital"  # an amount with its currency
    INTEGER = "integer"
    ENUMERATION = "enumeration"
    NAMES = "names"  # several names in one cell


class Code(Strict):
    """One value of a code list. `aliases` are whole values that providers write for it; `keywords` are words in a
    name or scope from which it may be guessed, and a longer keyword outweighs a shorter one. `code_prefixes` are the
    first two characters of the codes (GB 32100-2015) that alone tell it.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    code_prefixes: tuple[str, ...] = ()


class CodeList(Strict):
    name: str
    title: str
    title_en: str
    source: str
    codes: tuple[Code, ...]

    @model_validator(mode="after")
    def _each_word_once(self) -> "CodeList":
        codes = [code.code for code in self.codes]
        _refuse_repeats(codes, "code")
        words = ({fold(word) for word in (code.code, code.zh, code.en, *code.aliases)} for code in self.codes)
        _refuse_repeats([word for of_one in words for word in of_one], "alias")
        _refuse_repeats([word for code in self.codes for word in code.keywords], "keyword")
        return self

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        return {code.code: code for code in self.codes}

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Folded code, label or alias → code: what a provider may write."""
        return {fold(word): code.code for code in self.codes for word in (code.code, code.zh, code.en, *code.aliases)}


class FieldSpec(Strict):
    """One field of a kind. `aliases` are headers that providers really use; `public` is whether it is ever
    shown; `open_ended` lets a date say 长期.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    required: bool = False
    max_length: int | None = Field(None, gt=0)
    code_list: str | None = None
    public: bool = True
    open_ended: bool = False
    source: str | None = None

    @model_validator(mode="after")
    def _has_its_list(self) -> "FieldSpec":
        if (self.type is FieldType.ENUMERATION) != (self.code_list is not None):
            message = f"{self.name}: `code_list` belongs to an enumeration, and an enumeration needs one"
            raise ValueError(message)
        return self


class SubjectFacts(Strict):
    """Which field of the kind tells each fact about the subject; a fact that is not named is not told."""

    former_names: str | None = None
    status: str | None = None
    established: str | None = None
    capital: str | None = None
    entity_type: str | None = None
    industry: str | None = None
    scope: str | None = None
    address: str | None = None
    province: str | None = None
    city: str | None = None


class SubjectSpec(Strict):
    """How a row names its subject. Only an `authoritative` kind renames a subject and replaces its facts; any other
    fills what is still unknown.
    """

    code: str
    name: str
    authoritative: bool = False
    facts: SubjectFacts = SubjectFacts()


class Kind(Strict):
    """A kind of record. `key` names the fields whose values together tell one record of this kind from another."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    order: int
    authority: str
    source: str
    key: tuple[str, ...] = Field(min_length=1)
    subject: SubjectSpec
    fields: tuple[FieldSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_own_fields(self) -> "Kind":
        _refuse_repeats([field.name for field in self.fields], "field")
        headers = [header for field in self.fields for header in {field.name, field.title, *field.aliases}]
        _refuse_repeats([header.casefold() for header in headers], "header")
        facts = [name for name in self.subject.facts.model_dump().values() if name]
        for name in (*self.key, self.subject.code, self.subject.name, *facts):
            if name not in self.by_name:
                message = f"`{name}` is not a field of this kind"
                raise ValueError(message)
        for name in (*self.key, self.subject.code, self.subject.name):
            if not self.by_name[name].required:
                message = f"`{name}` tells records or subjects apart, so it must be required"
                raise ValueError(message)
        return self

    @cached_property
    def by_name(self) -> Mapping[str, FieldSpec]:
        return {field.name: field for field in self.fields}

    @property
    def public_fields(self) -> tuple[FieldSpec, ...]:
        return tuple(field for field in self.fields if field.public)


class City(Strict):
    """A city that runs the site. `division` is its six digits; `fictional` puts a notice on every page."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    city_name: str
    city_name_en: str
    division: str = Field(pattern=r"^[0-9]{4}00$")
    fictional: bool = False
    source: str


class Region(Strict):
    """A place that GB/T 2260 does not list, under a code that no listed place has."""

    code: str = Field(pattern=r"^[0-9]{6}$")
    name: str
    name_en: str | None = None
    aliases: tuple[str, ...] = ()


class RegionSupplement(Strict):
    source: str
    regions: tuple[Region, ...]


def _refuse_repeats(words: list[str], what: str) -> None:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            message = f"{what} `{word}` stands twice"
            raise ValueError(message)
        seen.add(word)
