"""Codes for subjects that do not exist: right in every digit, under a division that is assigned to nobody."""

from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: without I O S V Z
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
FIRST_COMBINED_YEAR = 2015  # from then on new subjects got codes with MA in place of an organisation code of digits
SERIALS = 10**8

# Steps that share no factor with the size of their space walk through all of it, so no two serials meet, and
# neighbours look as unlike as real ones do.
_STEP = 38_196_601
_COMBINED_STEP = 548_723_413


def make_code(kind: str, division: str, serial: int, *, year: int) -> str:
    """The 18 characters for the `serial`-th subject (from 0, below `SERIALS`).

    Args:
        kind: registering department and kind, two characters (91 enterprise, 92 sole trader, 93 cooperative).
        division: six digits.
        serial: a number of its own for each subject.
        year: when it was registered, which decides what its organisation code looks like.
    """
    body = kind + division + _organisation_code(serial, combined=year >= FIRST_COMBINED_YEAR)
    return body + uscc.calc_check_digit(body)


def spoil(code: str) -> str:
    """The same code with a check character that is wrong."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


def _organisation_code(serial: int, *, combined: bool) -> str:
    body = _combined_serial(serial) if combined else f"{serial * _STEP % SERIALS:08d}"
    total = sum(weight * _value(character) for weight, character in zip(ORGANISATION_WEIGHTS, body, strict=True))
    return body + "0123456789X"[(11 - total % 11) % 11]


def _value(character: str) -> int:
    return int(character, 36)


def _combined_serial(serial: int) -> str:
    rest = serial * _COMBINED_STEP % 31**6
    characters = []
    for _ in range(6):
        rest, digit = divmod(rest, 31)
        characters.append(ALPHABET[digit])
    return "MA" + "".join(reversed(characters))
