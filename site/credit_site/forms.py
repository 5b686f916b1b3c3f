"""Forms as they are sent, read to their end or refused where they are too long."""

from collections.abc import AsyncGenerator
from typing import Final

import anyio
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say

MOST_FIELDS: Final = 20
MOST_TEXT: Final = 20_000  # bytes of a form without a file
MULTIPART: Final = "multipart/form-data"
SILENCE_SECONDS: Final = 30.0  # a phone may lose its network for a while
LONGEST_SECONDS: Final = 900.0  # 10 MB in a quarter of an hour are 90 kbit/s


class FormTooLargeError(Exception):
    """More bytes came than the form may have."""


class _SilentError(Exception):
    """Nothing came for so long that nobody waits any more."""


async def read_form(request: Request, say: Say, most_bytes: int = MOST_TEXT) -> FormData:
    """The fields of the form; files lie in temporary files until the form is closed.

    Raises:
        FormTooLargeError: it is larger than `most_bytes`.
        ProblemError: it is no form, was cut off, or stopped coming.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared[:20]) > most_bytes:
        raise FormTooLargeError
    stream = _limited(request, most_bytes)
    try:
        if request.headers.get("content-type", "").startswith(MULTIPART):
            return await MultiPartParser(
                request.headers, stream, max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT
            ).parse()
        return await FormParser(request.headers, stream).parse()
    except _SilentError as error:
        detail = say("网络可能断了。请回到上一页再试；已经保存的内容都在。")
        problem = Problem(408, "slow", say("等了很久，内容还没有传完"), detail, headers={"Connection": "close"})
        raise ProblemError(problem) from error
    except (MultiPartException, HTTPException, ClientDisconnect, ValueError) as error:
        detail = say("内容没有传完，或不是这个页面的表单。请重新打开这一页，再做一次。")
        raise ProblemError(Problem(400, "form", say("这个表单读不出来"), detail)) from error


def text_of(form: FormData, name: str) -> str:
    """What was typed in a field; empty where there is no such field."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _limited(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    size, until = 0, anyio.current_time() + LONGEST_SECONDS
    pieces = aiter(request.stream())
    while True:
        try:
            with anyio.fail_at(min(until, anyio.current_time() + SILENCE_SECONDS)):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise _SilentError from error
        size += len(piece)
        if size > most_bytes:
            raise FormTooLargeError
        yield piece
