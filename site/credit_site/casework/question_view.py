"""Questions of a form as a page asks them, with what was typed and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from credit_records.casework.procedures import Question, Reason, Step
from credit_records.catalogue import Locale

# What browsers fill in by themselves, and which keys a phone shows.
AUTOCOMPLETE: Final[Mapping[str, str]] = {"email": "email", "mobile": "tel-national", "uscc": "off", "date": "off"}
INPUT_MODE: Final[Mapping[str, str]] = {"email": "email", "mobile": "tel"}
LINES: Final = 6


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """`name` is the field's name and its id, `type` how it is asked; `fault` is empty where nothing is wrong."""

    name: str
    type: str
    title: str
    hint: str
    required: bool
    most: int
    value: str
    choices: list[Choice]
    autocomplete: str
    input_mode: str
    fault: str


def question_views(
    step: Step, values: Mapping[str, str], faults: Mapping[str, str], locale: Locale
) -> list[QuestionView]:
    """The step's questions in their order."""
    return [
        _view(question, values.get(question.name, ""), faults.get(question.name, ""), locale)
        for question in step.questions
    ]


def title_of(item: Question | Step | Reason, locale: Locale) -> str:
    return item.title_en if locale == "en" else item.title


def hint_of(item: Question | Step, locale: Locale) -> str:
    return (item.hint_en if locale == "en" else item.hint) or ""


def shown_answer(question: Question, text: str, locale: Locale) -> str:
    """The answer as it is read back: choices by what they are called."""
    return next((title_of(choice, locale) for choice in question.choices if choice.code == text), text)


def _view(question: Question, value: str, fault: str, locale: Locale) -> QuestionView:
    return QuestionView(
        name=question.name,
        type=question.type,
        title=title_of(question, locale),
        hint=hint_of(question, locale),
        required=question.required,
        most=question.max_length,
        value=value,
        choices=[Choice(each.code, title_of(each, locale), each.code == value) for each in question.choices],
        autocomplete=AUTOCOMPLETE.get(question.type, ""),
        input_mode=INPUT_MODE.get(question.type, ""),
        fault=fault,
    )
