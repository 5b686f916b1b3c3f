"""What stops a command, as one sentence and an exit code instead of a stack trace."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from credit_records.catalogue import CatalogueError
from credit_records.database import DatabaseUnavailableError, in_one_line
from credit_search.protocol import EngineRestingError, EngineUnavailableError, NoIndexError, WriterBusyError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from credit_indexer.locking import INDEXING, REBUILDING, RECEIVING, BusyError
from credit_indexer.rebuilding import RebuildError
from credit_indexer.rolling_back import NoFormerGenerationError
from credit_indexer.second_process import SecondProcessDiedError
from credit_indexer.sources.source import UnreadableFileError
from credit_indexer.terminal import complain

DRIFT_FOUND = 1
UNREADABLE = 2
BUSY = 3
INTERRUPTED = 130  # as a shell counts Ctrl+C
NO_SERVICE = 4  # disk, database or index: nothing wrong with the file

_NO_SPACE = ("disk is full", "disk I/O error", "No space left", "File too large")
# What tantivy says after a thread of its writer ended on a full disk: the cause went with the thread.
_CAUSE_LOST = "io::Error most likely"


@contextmanager
def told_clearly() -> Iterator[None]:
    """Turn what may go wrong in operation into a sentence on standard error and an exit code."""
    try:
        yield
    except KeyboardInterrupt as error:
        raise _exit(INTERRUPTED, "已中断。已经提交的部分完整有效；重新执行同一命令即可，不会重复。") from error
    except UnreadableFileError as error:
        raise _exit(UNREADABLE, str(error)) from error
    except WriterBusyError as error:
        cause = error.__cause__
        raise _exit(BUSY, _busy_sentence(INDEXING, cause.holder if isinstance(cause, BusyError) else "")) from error
    except BusyError as error:
        raise _exit(BUSY, _busy_sentence(error.name, error.holder)) from error
    except NoFormerGenerationError as error:
        raise _exit(
            UNREADABLE, "没有可以退回的旧索引：只保留上一代。若现用的索引有问题，请执行 chengxin rebuild。"
        ) from error
    except NoIndexError as error:
        raise _exit(NO_SERVICE, "还没有可用的索引。请先执行 chengxin index --once 或 chengxin rebuild。") from error
    except (RebuildError, SecondProcessDiedError) as error:
        raise _exit(NO_SERVICE, str(error)) from error
    except (DatabaseUnavailableError, CatalogueError) as error:
        raise _exit(NO_SERVICE, str(error)) from error
    except ValidationError as error:
        raise _exit(NO_SERVICE, _settings_sentence(error)) from error
    except (DBAPIError, EngineUnavailableError, OSError) as error:
        raise _exit(NO_SERVICE, _service_sentence(error)) from error


def _exit(code: int, sentence: str) -> typer.Exit:
    complain(sentence)
    return typer.Exit(code)


def _busy_sentence(name: str, holder: str) -> str:
    return _BUSY[name].format(f"（进程 {holder}）" if holder else "")


_BUSY = {
    INDEXING: "另一个索引进程正在运行{}。同一时间只能有一个；请先停止它，或者就让它继续工作。",
    RECEIVING: "另一个收取进程正在运行{}。同一时间只能有一个；请先停止它，或者就让它继续工作。",
    REBUILDING: "另一个重建正在进行{}。请等它结束后再试。",
}


def _settings_sentence(error: ValidationError) -> str:
    """What is wrong in the settings, the only thing from outside that a command gives to Pydantic."""
    faults = "；".join(f"{'.'.join(map(str, wrong['loc'])) or '整体'}：{wrong['msg']}" for wrong in error.errors())
    return f"设置有误（环境变量 CHENGXIN_… 或 chengxin.toml）：{faults}。"


def _service_sentence(error: Exception) -> str:
    again = "已经提交的部分完整有效；请排除故障后重新执行同一命令，不会重复。"
    if isinstance(error, EngineRestingError):
        again = "数据库不受影响；请检查搜索引擎，恢复后重新执行同一命令。"
    elif isinstance(error, EngineUnavailableError) and not (_is_full(error) or _may_be_full(error)):
        again = "数据库不受影响；请执行 chengxin rebuild 重建索引。"
    return f"{in_short(error)}。{again}"


def in_short(error: Exception) -> str:
    """What failed of disk, database or index, without a full stop."""
    if _is_full(error):
        return "磁盘空间不足，写不下去了"
    if _may_be_full(error):
        return "索引写不下去了，多半是磁盘空间不足"
    if isinstance(error, SecondProcessDiedError):
        return "辅助进程意外结束（可能是内存不足）"
    where = "文件"
    if isinstance(error, (DBAPIError, DatabaseUnavailableError)):
        where = "数据库"
    elif isinstance(error, EngineUnavailableError):
        where = "索引"
    return f"{where}出错：{_cause(error)}"


def _cause(error: Exception) -> str:
    return in_one_line(error) if isinstance(error, DBAPIError) else str(error)


def _may_be_full(error: Exception) -> bool:
    return _CAUSE_LOST in _cause(error)


def _is_full(error: Exception) -> bool:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
    return full or any(sign in _cause(error) for sign in _NO_SPACE)
