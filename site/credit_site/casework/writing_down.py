"""Writes of applicants, and what is told them where nothing can be written now."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say
from credit_site.site import Site
from credit_site.writing import TooManyWaitingError, is_busy, is_storage

Done = TypeVar("Done")


async def written(site: Site, say: Say, function: Callable[[Engine], Done]) -> Done:
    """What the function, handed the engine, gives back.

    Raises:
        ProblemError: others write, or the disk is full: nothing was written, and why.
    """
    try:
        return await site.casework.write(function)
    except TooManyWaitingError as error:
        raise ProblemError(_later(say("现在办理的人太多"), say("填的都在这里，请过半分钟再按一次按钮。"))) from error
    except DBAPIError as error:
        if is_busy(error):
            raise ProblemError(_later(say("数据库正忙"), say("填的都在这里，请过半分钟再按一次按钮。"))) from error
        if is_storage(error):
            detail = say("磁盘满了，刚才填的没有保存。请过一会儿再试，或告诉平台的工作人员。")
            raise ProblemError(_later(say("现在存不下"), detail)) from error
        raise


def _later(title: str, detail: str) -> Problem:
    return Problem(503, "casework-resting", title, detail, headers={"Retry-After": "30", "Cache-Control": "no-store"})
