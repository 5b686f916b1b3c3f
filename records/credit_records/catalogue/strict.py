"""What every model of the catalogue shares: a word that it does not know is an error."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, str_min_length=1)


def refuse_repeats(words: list[str], what: str) -> None:
    """Raise ValueError where a word stands twice."""
    seen: set[str] = set()
    for word in words:
        if word in seen:
            message = f"{what} `{word}` stands twice"
            raise ValueError(message)
        seen.add(word)
