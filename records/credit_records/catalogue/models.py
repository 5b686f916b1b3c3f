"""What a catalogue file may say. Anything else in one is an error, told with the file's name."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from credit_records.catalogue.fields import FieldSpec
from credit_records.catalogue.parts import Effect, Facet, ListSpec, Publication, RegisterSpec, Roles, check_roles
from credit_records.catalogue.strict import Strict, refuse_repeats
from credit_records.folding import fold

Locale = Literal["zh", "en"]


class Code(Strict):
    """One value of a code list. `aliases` are whole values that providers write for it; `keywords` are words in a
    name or scope from which it may be guessed, and a longer keyword outweighs a shorter one. `code_prefixes` are the
    first two characters of the codes (GB 32100-2015) that alone tell it. `weight` orders values from light to heavy.
    With `open`, a value that goes on after the label is this one too: 其他-备案.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    code_prefixes: tuple[str, ...] = ()
    weight: int | None = None
    open: bool = False


class CodeList(Strict):
    name: str
    title: str
    title_en: str
    source: str
    codes: tuple[Code, ...]

    @model_validator(mode="after")
    def _each_word_once(self) -> "CodeList":
        codes = [code.code for code in self.codes]
        refuse_repeats(codes, "code")
        words = ({fold(word) for word in (code.code, code.zh, code.en, *code.aliases)} for code in self.codes)
        refuse_repeats([word for of_one in words for word in of_one], "alias")
        refuse_repeats([word for code in self.codes for word in code.keywords], "keyword")
        return self

    @cached_property
    def by_code(self) -> Mapping[str, Code]:
        return {code.code: code for code in self.codes}

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Folded code, label or alias → code: what a provider may write."""
        return {fold(word): code.code for code in self.codes for word in (code.code, code.zh, code.en, *code.aliases)}


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

    A row without a code, where the kind allows one, is of a natural person and has no subject. `contradiction` says
    what becomes of a row whose code is registered under another name.
    """

    code: str | None = None
    name: str
    authoritative: bool = False
    contradiction: Literal["noted", "refused"] = "noted"
    facts: SubjectFacts = SubjectFacts()


class Kind(Strict):
    """A kind of record. `key` names the fields whose values together tell one record of this kind from another.

    `source` is where its fields come from, `rule_source` where its publication does; `authority` makes the records,
    `department` answers for them here.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    order: int
    authority: str
    department: str | None = None
    source: str
    rule_source: str | None = None
    key: tuple[str, ...] = Field(min_length=1)
    facets: tuple[Facet, ...] = ()
    subject: SubjectSpec
    roles: Roles = Roles()
    publication: Publication = Publication()
    list: ListSpec | None = None
    own_register: RegisterSpec | None = Field(default=None, alias="register")  # `register` is a method of every model
    effect: Effect = Effect()
    fields: tuple[FieldSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_own_fields(self) -> "Kind":
        refuse_repeats([field.name for field in self.fields], "field")
        headers = [header for field in self.fields for header in {field.name, field.title, *field.aliases}]
        refuse_repeats([header.casefold() for header in headers], "header")
        refuse_repeats([*self.facets], "facet")
        facts = [name for name in self.subject.facts.model_dump().values() if name]
        others = [field.not_before for field in self.fields if field.not_before]
        conditions = [field.required_when.field for field in self.fields if field.required_when]
        code = [self.subject.code] if self.subject.code else []
        for name in (*self.key, *code, self.subject.name, *facts, *others, *conditions):
            if name not in self.by_name:
                message = f"`{name}` is not a field of this kind"
                raise ValueError(message)
        check_roles(self.roles, self.publication, self.by_name)
        if self.own_register and not (self.publication.searchable and self.publication.visibility != "never"):
            message = "[register] is of records that the public may search, which those of this kind are not"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _tells_records_apart(self) -> "Kind":
        for name in (*self.key, self.subject.name):
            if not self.by_name[name].required and name != self.subject.code:
                message = f"`{name}` tells records or subjects apart, so it must be required"
                raise ValueError(message)
        if self.subject.code is not None:
            code = self.by_name[self.subject.code]
            if not code.required and code.required_when is None:
                message = f"`{code.name}` names the subject, so it must be required, if only of those who have one"
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
