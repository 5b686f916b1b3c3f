"""Why a push is refused, as problems in the caller's language."""

from http import HTTPStatus
from typing import Final

from credit_records.idempotency import KeyReusedError, UnderWayError
from sqlalchemy.exc import DBAPIError

from credit_site.api.pushed_rows import MalformedBodyError, UnfitBodyError
from credit_site.api.pushing import KindNotAllowedError
from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say
from credit_site.writing import TooManyWaitingError, is_busy, is_storage

MOST_BYTES: Final = 16_000_000
MOST_SECONDS: Final = 60  # for a body to arrive
LONGEST_IDEMPOTENCY_KEY: Final = 200

BUSY_SECONDS: Final = 5
STORAGE_SECONDS: Final = 300
UNDER_WAY_SECONDS: Final = 2


def unauthorised(say: Say) -> ProblemError:
    detail = say("请在 Authorization 请求头里写“Bearer 密钥”；密钥由本平台发给报送单位，忘记的可以换发。")
    headers = {"WWW-Authenticate": 'Bearer realm="providers"'}
    return ProblemError(Problem(401, "key", say("报送单位或密钥不对"), detail, headers=headers))


def too_many_wrong_keys(say: Say, wait: int) -> ProblemError:
    detail = say("请核对报送单位的代号和密钥，按 Retry-After 的秒数等一等再试。")
    return ProblemError(Problem(429, "rate", say("密钥错得太多"), detail, headers=_after(wait)))


def too_often(say: Say, wait: int, headers: dict[str, str]) -> ProblemError:
    detail = say("请按 Retry-After 的秒数等一等再报送；把多行合在一次里报送更快。")
    return ProblemError(Problem(429, "rate", say("报送得太频繁"), detail, headers={**headers, **_after(wait)}))


def not_json(say: Say) -> ProblemError:
    detail = say("请用 Content-Type: application/json，UTF-8 编码，不压缩。")
    return ProblemError(Problem(415, "media-type", say("只接受 JSON"), detail))


def too_large(say: Say) -> ProblemError:
    title = say("一次报送最多 %(most)s MB") % {"most": MOST_BYTES // 1_000_000}
    return ProblemError(Problem(413, "too-large", title, say("请分几次报送，一次最多一万行。")))


def cut_off(say: Say) -> ProblemError:
    detail = say("一行也没有收录。请用同一个 Idempotency-Key 再报送一次。")
    return ProblemError(Problem(408, "cut-off", say("内容没有传完"), detail))


def bad_idempotency_key(say: Say) -> ProblemError:
    sentence = say("Idempotency-Key 应是 1 到 %(longest)s 个可见的 ASCII 字符，中间没有空格。") % {
        "longest": LONGEST_IDEMPOTENCY_KEY
    }
    errors = [{"parameter": "Idempotency-Key", "reason": "unknown_value", "detail": sentence}]
    return ProblemError(Problem(422, "parameters", say("有的参数不能照办"), sentence, errors=errors))


def refusal_of(error: Exception, say: Say) -> ProblemError | None:
    """What to answer where taking a push failed so; None where it is the program's own failure."""
    match error:
        case MalformedBodyError():
            title = say("内容不是有效的 JSON")
            problem = Problem(400, "body", title, str(error) + say("。请用 JSON 库生成，以 UTF-8 编码。"))
        case UnfitBodyError(faults=faults):
            errors = [
                {"parameter": member or "body", "reason": reason, "detail": told} for member, reason, told in faults
            ]
            detail = say("一行也没有收录。请改正 errors 中列出的各处后再报送。")
            problem = Problem(422, "body", say("内容不是一次报送"), detail, errors=errors)
        case KindNotAllowedError(kind=kind):
            detail = say(
                "本单位没有登记报送 %(kind)s，一行也没有收录。请核对 kind；确应报送的，请联系平台为本单位增加这个种类。"
            ) % {"kind": kind}
            problem = Problem(403, "kind", say("本单位不能报送这个种类"), detail)
        case KeyReusedError():
            detail = say("同一个 Idempotency-Key 已用于另一批内容；请为新的内容换一个。")
            problem = Problem(422, "idempotency", say("幂等键用过了"), detail)
        case UnderWayError():
            detail = say("用这个 Idempotency-Key 的报送正在处理；请按 Retry-After 再问，会得到它的结果。")
            title = say("正在处理")
            problem = Problem(409, "idempotency", title, detail, headers=_after(UNDER_WAY_SECONDS))
        case TooManyWaitingError():
            problem = _busy(say)
        case DBAPIError() if is_busy(error):
            problem = _busy(say)
        case OSError():
            problem = _storage(say)
        case DBAPIError() if is_storage(error):
            problem = _storage(say)
        case _:
            return None
    return ProblemError(problem)


def _busy(say: Say) -> Problem:
    detail = say(
        "正在装载别的数据，这次报送没有完成；请按 Retry-After 等一等，用同一个 Idempotency-Key 再送一次，不会重复。"
    )
    return Problem(503, "busy", say("数据库正忙"), detail, headers=_after(BUSY_SECONDS))


def _storage(say: Say) -> Problem:
    detail = say(
        "磁盘可能已满，这次报送没有完成；请按 Retry-After 等一等，用同一个 Idempotency-Key 再送一次，不会重复。"
    )
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return Problem(status, "storage", say("数据暂时写不进去"), detail, headers=_after(STORAGE_SECONDS))


def _after(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
