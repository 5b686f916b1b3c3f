"""Short secrets sealed with a key that lies outside the database, so that a copy of the database alone opens none."""

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

KEY_FILE: Final = "secret.key"  # in the data folder, where no other file is named


class SealBrokenError(Exception):
    """This was not sealed with our key, was changed since, or is too old."""


class KeyUnavailableError(Exception):
    """The key can't be read or made; the message says what to do."""


class Sealing:
    """Seals and opens. The key's file is made when first wanted, where `makes_key`; only its owner may read it."""

    def __init__(self, path: Path, *, makes_key: bool) -> None:
        self._path = path
        self._makes_key = makes_key

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, *, max_age: int | None = None) -> str:
        """What was sealed, at most `max_age` seconds ago.

        Raises:
            SealBrokenError: it was not, or too long ago.
        """
        try:
            return self._fernet.decrypt(sealed.encode("utf-8", "replace"), max_age).decode()
        except InvalidToken as error:
            raise SealBrokenError from error

    @cached_property
    def _fernet(self) -> Fernet:
        try:
            if self._makes_key and not self._path.exists():
                _make_key(self._path)
            return Fernet(self._path.read_bytes().strip())
        except (OSError, ValueError) as error:
            message = f"密钥文件 {self._path} 读不出来，或者里面不是密钥。请检查 CHENGXIN_SECRET_KEY_FILE 和文件权限。"
            raise KeyUnavailableError(message) from error


def _make_key(path: Path) -> None:
    """Several processes may do this at once: the file appears whole, and the first one stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)
        except FileExistsError:
            return
    finally:
        part.unlink()
