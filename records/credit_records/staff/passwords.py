"""Passwords: how they are hashed, and which are too weak. Nothing is asked of their composition (NIST SP 800-63B)."""

import secrets
from collections.abc import Iterable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

SHORTEST: Final = 12  # characters
LONGEST: Final = 200
LEAST_SCORE: Final = 3  # of zxcvbn's 0 to 4: more than 10^8 guesses
LOOKED_AT: Final = 64  # characters, for the estimate's time grows with the square of the length
GIVEN_LENGTH: Final = 20
GIVEN_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # without those that look alike

# Words that whoever guesses passwords of this house would begin with.
_OF_THE_HOUSE: Final = ("chengxin", "credit", "xinyong", "admin", "woaini", "lanzhou", "gansu", "zhengfu", "5201314")

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Verified where there is no such account, so that the answer takes as long as for one that exists.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


def hash_of(password: str) -> str:
    return _HASHER.hash(password.encode("utf-8", "replace"))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of the hash. Takes as long where there is no hash."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password[:LONGEST].encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= LONGEST


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with other parameters than today's, and should be made anew."""
    return _HASHER.check_needs_rehash(password_hash)


def given_password() -> str:
    """A password that somebody is given, to be changed when it is first used."""
    return "".join(secrets.choice(GIVEN_LETTERS) for _ in range(GIVEN_LENGTH))


def fault_of(password: str, words: Iterable[str] = ()) -> str | None:
    """Why the password will not do, as a Chinese sentence; None where it will. `words` are the owner's own names."""
    if len(password) < SHORTEST:
        return f"密码至少 {SHORTEST} 个字符；几个不相干的词连起来，好记又难猜。"
    if len(password) > LONGEST:
        return f"密码最多 {LONGEST} 个字符。"
    from zxcvbn import zxcvbn  # noqa: PLC0415  # its word lists take a tenth of a second, which no other page should pay

    known = [word for word in (*_OF_THE_HOUSE, *words) if word]
    if zxcvbn(password[:LOOKED_AT], known, LOOKED_AT)["score"] < LEAST_SCORE:
        return "这个密码太常见，或太有规律，容易被猜中。请换一个；几个不相干的词连起来就好。"
    return None
