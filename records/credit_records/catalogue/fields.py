"""One field of a kind: what it is called, what it may hold, and when it must be there."""

from decimal import Decimal
from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from credit_records.catalogue.strict import Strict


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


class Condition(Strict):
    """Holds where the field `field` has one of the values, codes of its list: `{ field = "status", in = ["1"] }`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    field: str
    values: tuple[str, ...] = Field(alias="in", min_length=1)


class FieldSpec(Strict):
    """One field of a kind. `aliases` are headers that providers really use; `public` is whether it is ever shown.

    `open_ended` lets a date say 长期. `several` lets an enumeration hold more than one value. A `secret` field is a
    column that providers send and that is never stored, not even in what goes back to them. `required_when` is what
    the national formats mark C. `not_before` names a date that this one must not precede; `not_future` refuses a
    date after today; `maximum` is the largest amount, in 万元.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    title_en: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    required: bool = False
    required_when: Condition | None = None
    max_length: int | None = Field(default=None, gt=0)
    code_list: str | None = None
    several: bool = False
    public: bool = True
    secret: bool = False
    open_ended: bool = False
    not_before: str | None = None
    not_future: bool = False
    maximum: Decimal | None = Field(default=None, gt=0)
    source: str | None = None

    @model_validator(mode="after")
    def _options_fit_its_type(self) -> "FieldSpec":
        enumerated = self.type is FieldType.ENUMERATION
        dated = self.not_before is not None or self.not_future or self.open_ended
        faults = {
            "`code_list` belongs to an enumeration, and an enumeration needs one": enumerated
            != (self.code_list is not None),
            "`several` belongs to an enumeration": self.several and not enumerated,
            "`open_ended`, `not_before` and `not_future` belong to a date": dated and self.type is not FieldType.DATE,
            "`maximum` belongs to an amount": self.maximum is not None and self.type is not FieldType.AMOUNT,
            "a secret field is never public, nor required": self.secret
            and (self.public or self.required or self.required_when is not None),
            "`required` leaves nothing to `required_when`": self.required and self.required_when is not None,
        }
        for fault, found in faults.items():
            if found:
                message = f"{self.name}: {fault}"
                raise ValueError(message)
        return self
