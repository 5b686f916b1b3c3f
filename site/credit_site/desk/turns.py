"""Writing from the desk, in turn: decisions in one queue, passwords and codes in another."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from credit_site.errors import Problem, ProblemError
from credit_site.site import Site
from credit_site.writing import TooManyWaitingError, Writing, is_busy, is_storage

Done = TypeVar("Done")


async def at_work(site: Site, work: Callable[[Engine], Done]) -> Done:
    """Do what an officer decided, or looked at."""
    return await _in_turn(site.staff_room.writing, work)


async def at_the_door(site: Site, work: Callable[[Engine], Done]) -> Done:
    """Try a password or a code: slow on purpose, and never in the way of decisions."""
    return await _in_turn(site.staff_room.door, work)


async def _in_turn(writing: Writing, work: Callable[[Engine], Done]) -> Done:
    headers = {"Retry-After": "5"}
    try:
        return await writing.run(work)
    except TooManyWaitingError as error:
        detail = "没有保存任何内容。请过几秒钟回到上一页再提交。"
        raise ProblemError(Problem(503, "busy", "现在同时办理的人太多", detail, headers=headers)) from error
    except DBAPIError as error:
        if is_storage(error):
            detail = "没有保存任何内容。请告诉管理平台的人：磁盘可能满了。"
            raise ProblemError(Problem(503, "storage", "写不进数据库", detail, headers=headers)) from error
        if is_busy(error):
            detail = "没有保存任何内容。请过几秒钟回到上一页再提交。"
            raise ProblemError(Problem(503, "busy", "数据库正忙", detail, headers=headers)) from error
        raise
