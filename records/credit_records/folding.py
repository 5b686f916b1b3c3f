"""Words compared without what dress alone adds."""

import unicodedata


def fold(text: str) -> str:
    """The text without differences of width, case and spaces: NFKC, casefold, nothing blank."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
