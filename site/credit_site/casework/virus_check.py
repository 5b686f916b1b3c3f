"""Asks clamd whether a file holds a virus, where an operator runs one.

Its protocol is a few lines: `INSTREAM`, pieces with their lengths, an empty one, and an answer.
"""

import socket
import struct
from contextlib import closing
from typing import BinaryIO, Final

PATIENCE_SECONDS: Final = 30.0
PIECE: Final = 1 << 16
LONGEST_ANSWER: Final = 4096
_LENGTH: Final = struct.Struct(">I")


class ScannerAwayError(Exception):
    """clamd does not answer, or not as it should."""


def holds_virus(file: BinaryIO, scanner: str) -> bool:
    """Whether clamd at `scanner`, the path of a socket or `host:port`, finds something. The file ends at its start.

    Raises:
        ScannerAwayError: it can't be asked, so nothing is known.
    """
    try:
        with closing(_connect(scanner)) as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                connection.sendall(_LENGTH.pack(len(piece)) + piece)
            connection.sendall(_LENGTH.pack(0))
            answer = connection.recv(LONGEST_ANSWER).rstrip(b"\0\n")
    except OSError as error:
        raise ScannerAwayError(str(error)) from error
    finally:
        file.seek(0)
    if answer.endswith(b" OK"):
        return False
    if answer.endswith(b" FOUND"):
        return True
    raise ScannerAwayError(answer.decode("utf-8", "replace"))


def _connect(scanner: str) -> socket.socket:
    if scanner.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(PATIENCE_SECONDS)
        try:
            connection.connect(scanner)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = scanner.rpartition(":")
    if not port.isdecimal():
        message = f"{scanner} is no host:port"
        raise ScannerAwayError(message)
    return socket.create_connection((host.strip("[]"), int(port)), PATIENCE_SECONDS)
