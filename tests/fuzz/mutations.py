"""Ways in which a file is damaged on its way: bits, slices, ends; and inside what is packed, under right checksums."""

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from hypothesis import strategies as st

Damage = Callable[[bytes], bytes]

# What readers stumble over: marks of formats, quotes, ends of lines, halves of characters, numbers at their limits.
TOKENS = (
    *(b"\0", b"\xff", b'"', b"'", b",", b"\t", b"\n", b"\r", b"\r\n", b"{", b"}", b"[", b"]", b":", b"\\", b"<", b">"),
    *(b"PK\x03\x04", b"PAR1", b"\x1f\x8b\x08", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe4\xb8", b"\xd0\xcf\x11\xe0"),
    *(b"\x7f\xff\xff\xff", b"\x80\x00\x00\x00", b"\xff\xff\xff\xff", b"9" * 40, b"-1", b"NaN", b"1e999", b"null"),
    *(b"&#0;", b"&a;", b"<!DOCTYPE a>", b"]]>", b't="s"', b'r="XFD1048577"', b"\xe2\x80\xae", b"=1+1"),
)

places = st.floats(0, 1, exclude_max=True)
lengths = st.sampled_from([1, 1, 2, 3, 4, 8, 16, 64, 256, 1024])


def _put(at: float, length: int, new: bytes) -> Damage:
    def damage(content: bytes) -> bytes:
        place = int(at * len(content))
        return content[:place] + new + content[place + length :]

    return damage


def _flip(at: float, bit: int) -> Damage:
    def damage(content: bytes) -> bytes:
        if not content:
            return content
        changed = bytearray(content)
        changed[int(at * len(content))] ^= 1 << bit
        return bytes(changed)

    return damage


def _repeat(at: float, length: int, to: float) -> Damage:
    def damage(content: bytes) -> bytes:
        start, end = int(at * len(content)), int(to * len(content))
        return content[:end] + content[start : start + length] + content[end:]

    return damage


def _cut(at: float) -> Damage:
    return lambda content: content[: int(at * len(content))]


tokens = st.sampled_from(TOKENS)
damage = st.one_of(
    st.builds(_flip, places, st.integers(0, 7)),
    st.builds(_put, places, lengths, tokens),
    st.builds(_put, places, st.just(0), tokens),
    st.builds(_put, places, lengths, st.just(b"")),
    st.builds(_put, places, lengths, st.binary(max_size=8)),
    st.builds(_repeat, places, lengths, places),
    st.builds(_cut, places),
)
damages = st.lists(damage, min_size=1, max_size=4)


def apply(given: Sequence[Damage], content: bytes) -> bytes:
    for each in given:
        content = each(content)
    return content


def inside_gzip(given: Sequence[Damage], content: bytes) -> bytes:
    """What is packed is damaged, and its checksum right again."""
    return gzip.compress(apply(given, gzip.decompress(content)), mtime=0)


def inside_zip(given: Sequence[Damage], content: bytes) -> bytes:
    """The part on which the first damage falls is damaged, and its checksum right again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chosen = sorted(parts)[len(given[0](b"x" * 64)) % len(parts)]
    parts[chosen] = apply(given, parts[chosen])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


INSIDE: Mapping[str, Callable[[Sequence[Damage], bytes], bytes]] = {".gz": inside_gzip, ".xlsx": inside_zip}
