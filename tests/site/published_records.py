"""Made-up records of one subject of the fictional city, as files that departments would deliver."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from credit_indexer.demo.subjects import FictionalSubject
from credit_records.calendar import today

PENALTIES = 34  # in view, the newest first: more than a profile and a page of its section show
AUTHORITY = "霁川市市场监督管理局"
AUTHORITY_CODE = "11629900MB0000001K"
OVER = "霁市监罚〔往年〕1号"  # its term of publication is over
NEVER = "霁市监罚〔轻微〕1号"  # of a class that is not published
LONG_AGO = 6 * 366  # days

Row = dict[str, str]


def number_of(index: int) -> str:
    return f"霁市监罚〔示例〕{index}号"


def write_records(folder: Path, subject: FictionalSubject) -> Iterator[tuple[str, Path]]:
    """One CSV for each kind: (kind, file)."""
    folder.mkdir(exist_ok=True)
    for kind, rows in _rows(subject).items():
        path = folder / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
        yield kind, path


def _rows(subject: FictionalSubject) -> dict[str, list[Row]]:
    return {
        "administrative_penalty": [
            *(_penalty(subject, number_of(index), _before(10 * index)) for index in range(1, PENALTIES + 1)),
            _penalty(subject, OVER, _before(LONG_AGO)),
            {**_penalty(subject, NEVER, _before(5)), "category": "警告", "fine": ""},
        ],
        "tax_class_a": [
            {
                **_party(subject),
                "document_number": "霁税信〔示例〕1号",
                "document_name": "A级纳税人名单",
                "authority": "霁川市税务局",
                "entered_on": _before(200),
            }
        ],
        "serious_dishonesty": [
            {
                **_party(subject),
                "party_category": "法人及非法人组织",
                "document_number": "霁市监列〔示例〕1号",
                "category": "严重违法失信",
                "reason": "提交虚假材料取得许可，情节严重",
                "authority": AUTHORITY,
                "entered_on": _before(100),
            }
        ],
        "voluntary": [
            {
                **_party(subject),
                "document_number": "自愿-1",
                "category": "质量管理体系认证",
                "content": "通过质量管理体系认证",
                "decision_date": _before(30),
                "public_type": "可向社会公开",
            }
        ],
    }


def _penalty(subject: FictionalSubject, number: str, day: str) -> Row:
    return {
        **_party(subject),
        "party_category": "法人及非法人组织",
        "legal_representative": "示例",
        "document_number": number,
        "violation": f"发布虚假广告 <{number}>",
        "facts": "在门店张贴与事实不符的宣传",
        "basis": "《中华人民共和国广告法》第五十五条",
        "category": "罚款、警告",
        "content": "警告，并处罚款",
        "fine": "1.2",
        "decision_date": day,
        "valid_until": "长期",
        "authority": AUTHORITY,
        "authority_code": AUTHORITY_CODE,
        "source_unit": AUTHORITY,
        "source_unit_code": AUTHORITY_CODE,
    }


def _party(subject: FictionalSubject) -> Row:
    return {"name": subject.name, "uscc": subject.uscc}


def _before(days: int) -> str:
    day: date = today() - timedelta(days=days)
    return day.isoformat()
