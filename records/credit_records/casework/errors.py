"""What casework refuses. Each message is a Chinese sentence for whoever asked."""

from collections.abc import Mapping

Faults = Mapping[str, Mapping[str, str]]
"""Step (`papers` for papers) → question or paper → sentence."""


class CaseworkError(Exception):
    """The application can't go on like this; the message says why and what to do."""


class NotEligibleError(CaseworkError):
    """The procedure does not allow an application about this record now."""


class DraftGoneError(CaseworkError):
    """There is no draft under this secret: none ever, thrown away, or submitted already."""


class IncompleteError(CaseworkError):
    """Answers or papers are missing or wrong: `faults` says which."""

    def __init__(self, faults: Faults) -> None:
        super().__init__("还有内容没有填好，或者材料没有交齐")
        self.faults = faults


class NotNowError(CaseworkError):
    """The application's state does not allow this, or what was given can't be."""


class NotAllowedError(CaseworkError):
    """This officer may not do this to this application."""


class StaleError(CaseworkError):
    """The application has changed since it was looked at."""

    def __init__(self) -> None:
        super().__init__("这件申请刚刚有了变化，请重新打开，看过之后再办")


class TooManyMaterialsError(CaseworkError):
    """There is no room for another file."""
