"""Made-up penalties, licences and list entries of the fictional city's deliberate subjects, plain enough to add up."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from credit_indexer.demo.subjects import FictionalSubject
from credit_records.calendar import today

Row = dict[str, str]

AUTHORITIES = ("霁川市市场监督管理局", "霁川市生态环境局", "霁川市应急管理局")
VIOLATIONS = ("发布虚假广告", "超标排放水污染物", "未按规定 <设置> 警示标志", "使用未经检定的计量器具")
CATEGORIES = ("罚款", "罚款、没收违法所得", "责令停产停业、罚款")
FINES = ("0.05", "0.999999", "1", "12.5", "88.000001", "100", "640.25")
PENALTIES = 48
LICENCES = 5
ENTRIES = {"serious_dishonesty": 4, "tax_class_a": 3}
CODE = "11629900MB0000001K"


def penalties(subjects: Sequence[FictionalSubject]) -> list[Row]:
    """Within their term, all of them: the longest ago, and the heavier, have a category that is published for long."""
    return [_penalty(subjects[index % len(subjects)], index) for index in range(PENALTIES)]


def _penalty(subject: FictionalSubject, index: int) -> Row:
    category = CATEGORIES[2] if index >= PENALTIES // 2 else CATEGORIES[index % 2]
    return {
        **party(subject),
        "party_category": "法人及非法人组织",
        "legal_representative": "示例",
        "document_number": f"霁罚〔示例〕{1001 + index}号",
        "violation": VIOLATIONS[index % len(VIOLATIONS)],
        "facts": f"经查，{'在户外' if index % 3 else '在网店'}有第{index}处事实，" + "证据确凿" * 20 + "，应予处罚。",
        "basis": f"《示例条例》第{index}条",
        "category": category,
        "content": "依法处罚",
        "fine": FINES[index % len(FINES)],
        "confiscated": f"{index}.5" if category == CATEGORIES[1] else "",
        "decision_date": before(11 * index + 3),
        "valid_until": "长期",
        "authority": AUTHORITIES[index % len(AUTHORITIES)],
        "authority_code": CODE,
        "source_unit": AUTHORITIES[0],
        "source_unit_code": CODE,
    }


def licences(subjects: Sequence[FictionalSubject]) -> list[Row]:
    return [
        {
            **party(subjects[index]),
            "party_category": "法人及非法人组织",
            "legal_representative": "示例",
            "document_name": "准予许可决定书",
            "document_number": f"霁许〔示例〕{index}号",
            "category": "普通",
            "certificate_name": "示例经营许可证",
            "licence_number": f"XK-{index}",
            "content": f"准予经营第{index}类示例商品",
            "decision_date": before(40 * index),
            "valid_from": before(40 * index),
            "valid_until": "长期",
            "authority": AUTHORITIES[0],
            "authority_code": CODE,
            "status": "有效",
            "source_unit": AUTHORITIES[0],
            "source_unit_code": CODE,
        }
        for index in range(LICENCES)
    ]


def entries(kind: str, subjects: Sequence[FictionalSubject]) -> list[Row]:
    """Entries of a list; the first subject is on every one."""
    return [
        {
            **party(subjects[index]),
            "party_category": "法人及非法人组织",
            "document_number": f"{kind}〔示例〕{index}号",
            "document_name": "示例名单",
            "category": "示例类别",
            "reason": f"示例事由第{index}项",
            "authority": AUTHORITIES[index % 2],
            "entered_on": before(30 * index + 5),
        }
        for index in range(ENTRIES[kind])
    ]


def write(path: Path, rows: Sequence[Row], known: set[str]) -> Path:
    """The rows as CSV, with the columns that are `known` to their kind."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [name for name in rows[0] if name in known], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def party(subject: FictionalSubject) -> Row:
    return {"name": subject.name, "uscc": subject.uscc}


def before(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()
