"""Forms as they are sent, read to their end or refused where they are too long."""

from collections.abc import AsyncGenerator
from typing import Final

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say

MOST_FIELDS: Final = 20
MOST_TEXT: Final = 20_000  # bytes of a form without a file
MULTIPART: Final = "multipart/form-data"


class FormTooLargeError(Exception):
    """More bytes came than the form may have."""


async def read_form(request: Request, say: Say, most_bytes: int = MOST_TEXT) -> FormData:
    """The fields of the form; files lie in temporary files until the form is closed.

    Raises:
        FormTooLargeError: it is larger than `most_bytes`.
        ProblemError: it is no form, or was cut off.
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
    except (MultiPartException, HTTPException, ClientDisconnect, ValueError) as error:
        detail = say("内容没有传完，或不是这个页面的表单。请重新打开这一页，再做一次。")
        raise ProblemError(Problem(400, "form", say("这个表单读不出来"), detail)) from error


def text_of(form: FormData, name: str) -> str:
    """What was typed in a field; empty where there is no such field."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def _limited(request: Request, most_bytes: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most_bytes:
            raise FormTooLargeError
        yield piece
