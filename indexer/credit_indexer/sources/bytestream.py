"""The bytes of a file, unpacked where it is gzip, within limits that a bomb would break."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from credit_indexer.sources.source import UnreadableFileError

CHUNK_BYTES = 2 << 20
# Ordinary tables shrink to between a third and a thirtieth; only padding made to exhaust a reader goes beyond this.
BOMB_RATIO = 200
BOMB_FROM_BYTES = 64 << 20


class ByteStream:
    """A file's bytes in chunks. Each iteration reads the file anew."""

    def __init__(self, path: Path, *, gzipped: bool) -> None:
        self.path = path
        self.gzipped = gzipped

    def chunks(self) -> Iterator[bytes]:
        """Chunks of at most CHUNK_BYTES; an UnreadableFileError where the file is damaged or a bomb."""
        limit = max(BOMB_FROM_BYTES, self.path.stat().st_size * BOMB_RATIO) if self.gzipped else None
        total = 0
        try:
            with self._open() as stream:
                while chunk := stream.read(CHUNK_BYTES):
                    total += len(chunk)
                    if limit is not None and total > limit:
                        raise self._bomb()
                    yield chunk
        except EOFError as error:
            raise UnreadableFileError(
                self.path, "gzip 压缩文件不完整，末尾被截断", "多半是传输中断，请重新传送完整的文件"
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFileError(
                self.path, "gzip 压缩文件已损坏，校验不符", "请重新压缩并传送，或直接提供未压缩的文件"
            ) from error
        except OSError as error:
            raise failed_read(self.path, error) from error

    def start(self, size: int) -> bytes:
        """The first `size` bytes, or fewer."""
        return next(self.chunks(), b"")[:size]

    def _open(self) -> BinaryIO:
        if self.gzipped:
            return cast("BinaryIO", gzip.open(self.path, "rb"))
        return self.path.open("rb")

    def _bomb(self) -> UnreadableFileError:
        return UnreadableFileError(
            self.path,
            f"解压后的大小超过压缩文件的 {BOMB_RATIO} 倍，不像正常的数据",
            "请确认来源；数据无误时，请解压后再装载",
        )


def failed_read(path: Path, error: OSError) -> UnreadableFileError:
    """What to say when the operating system refuses."""
    if isinstance(error, FileNotFoundError):
        return UnreadableFileError(path, "文件不存在", "请检查路径是否写对")
    if isinstance(error, PermissionError):
        return UnreadableFileError(path, "没有读取权限", "请用 chmod 给运行本程序的用户加上读权限")
    if isinstance(error, IsADirectoryError):
        return UnreadableFileError(path, "这是一个文件夹", "请逐个写出里面的文件，例如 文件夹/*.csv")
    return UnreadableFileError(path, f"读取时系统报错（{error.strerror or error}）", "请检查磁盘或网络盘后重试")


def content_digest(path: Path) -> str:
    """SHA-256 of the file as it was sent, in hexadecimal."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise failed_read(path, error) from error
