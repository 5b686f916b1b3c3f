"""The documents of the push API, field by field: the source of the OpenAPI document and of the page that shows it."""

from typing import Any, Literal

from pydantic import Field

from credit_site.api.models import Document
from credit_site.api.pushed_rows import MOST_ROWS

EXAMPLE_ROW = {
    "行政相对人名称": "霁川市示例装饰有限公司",
    "相对人类别": "法人及非法人组织",
    "统一社会信用代码": "91629901MA00000000",
    "法定代表人": "示例",
    "行政处罚决定书文号": "霁市监罚〔2026〕1号",
    "违法行为类型": "发布虚假广告",
    "违法事实": "在门店张贴与事实不符的宣传",
    "处罚依据": "《中华人民共和国广告法》第五十五条",
    "处罚类别": "罚款",
    "处罚内容": "罚款",
    "罚款金额（万元）": 1.2,
    "处罚决定日期": "2026-11-20",
    "处罚有效期": "长期",
    "处罚机关": "霁川市市场监督管理局",
    "处罚机关统一社会信用代码": "11629900MB0000001K",
    "数据来源单位": "霁川市市场监督管理局",
    "数据来源单位统一社会信用代码": "11629900MB0000001K",
}


class PushDocument(Document):
    """一次报送 One push."""

    kind: str = Field(
        description="种类：目录里的代号或中文名，限于本单位登记报送的 Kind that the provider may send: its name in the "
        "catalogue, or its Chinese title",
        examples=["administrative_penalty", "行政处罚"],
    )
    rows: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        description="各行：列名（标准名、代号或别名）→ 文本、数字或 null；值可以有几项的，也可以是文本的数组 "
        "Rows: title, name or alias of a field → text, number or null; a list of texts where several values may stand",
        examples=[[EXAMPLE_ROW]],
    )


class RowProblemDocument(Document):
    """一行里的一个问题 Something to correct in a row."""

    field: str = Field(description="字段 Field", examples=["处罚决定日期"])
    value: str = Field(description="收到的值，证件号码已遮盖 The value as it came, identity numbers masked")
    rule: str = Field(description="规则代号 Short name of the rule", examples=["date"])
    reason: str = Field(description="原因 What is wrong", examples=["不是可以识别的日期"])
    remedy: str = Field(description="怎样改正 What to do", examples=["请写成 2019-04-30 这样的年-月-日"])


class PushedRowDocument(Document):
    """一行的结果 What became of a row."""

    row: int = Field(ge=1, description="第几行，从 1 起，按报送的次序 Number of the row as sent, from 1")
    status: Literal["new", "changed", "unchanged", "refused", "noted"] = Field(
        description="new 新增；changed 更新；unchanged 未变；refused 退回，没有收录；noted 已收录，有的值没有采用 "
        "refused: not recorded; noted: recorded, but for values that problems name or to be looked at"
    )
    problems: list[RowProblemDocument] | None = Field(None, description="退回或提示的原因 Why it was refused or noted")


class PushAnswer(Document):
    """一次报送的结果 What became of a push."""

    delivery: int = Field(description="批次号 Number of the delivery", examples=[128])
    receipt: str = Field(
        description="回执的网址，登录后可看 Address of the receipt", examples=["/provider/deliveries/128"]
    )
    kind: str = Field(description="种类的代号 Name of the kind", examples=["administrative_penalty"])
    received: int = Field(ge=1, description="收到的行数 Rows received")
    new: int = Field(ge=0, description="新增 New")
    changed: int = Field(ge=0, description="更新 Changed")
    unchanged: int = Field(ge=0, description="未变 As they were")
    refused: int = Field(ge=0, description="退回 Refused")
    noted: int = Field(
        ge=0, description="提示，也计入新增、更新或未变 Noted, and counted in new, changed or unchanged too"
    )
    ignored: list[str] = Field(description="不是字段的成员名，没有采用 Names that are no field, which were not used")
    more_problems: int = Field(ge=0, description="没有列出的问题数，回执里有 Problems left to the receipt")
    rows: list[PushedRowDocument] = Field(description="逐行的结果 What became of each row")
