"""The document of the departments' mirror, field by field."""

from pydantic import Field

from credit_site.api.models import Coded, Document

RATE = {"ge": 0, "le": 1}


class CoverageDocument(Document):
    expected: int = Field(ge=0, description="应报的月份，每类信息分别计 Months expected, of each kind")
    reported: int = Field(ge=0, description="其中有报送的 Of these, those with rows")
    rate: float | None = Field(description="覆盖率 Coverage")


class OpenObjections(Document):
    open: int = Field(ge=0, description="现在未办结的 Open now")
    overdue: int = Field(ge=0, description="其中逾期的 Of these, past their last day")


class LeagueRowDocument(Document):
    unit: str | None = Field(
        description="报送单位的代号；~ 开头的是没有登记的来源；汇总行没有 "
        "Name of the provider, or ~ and the title of a source; none where several units are put together",
        examples=["jichuan-market"],
    )
    title: str = Field(description="名称 Title")
    department: str | None = Field(description="部门 Department")
    district: Coded | None = Field(description="区县，市级为 city District; `city`: of the city itself")
    kinds: list[str] = Field(description="报送过的种类 Kinds that it ever reported")
    deliveries: int = Field(ge=0, description="报送次数 Deliveries")
    received: int = Field(ge=0, description="报送的行 Rows received")
    accepted: int = Field(ge=0, description="收下的行 Rows accepted")
    refused: int = Field(ge=0, description="退回的行 Rows refused")
    compliance: float | None = Field(description="合规率 Accepted ÷ received")
    measured: int = Field(ge=0, description="计及时率的条数 Published with their timeliness counted")
    timely: int = Field(ge=0, description="其中及时的 Of these, those in time")
    timeliness: float | None = Field(description="及时率 Timely ÷ measured")
    coverage: CoverageDocument = Field(description="覆盖 Coverage")
    wrong_codes: int = Field(ge=0, description="重错码 Wrong codes found")
    wrong_codes_corrected: int = Field(ge=0, description="其中已纠正的 Of these, those corrected")
    wrong_code_rate: float | None = Field(description="重错码率 Wrong codes ÷ received")
    wrong_code_correction: float | None = Field(description="纠正率 Corrected ÷ found")
    objections: OpenObjections = Field(description="未办结异议 Open objections")
    last_delivery: str | None = Field(description="最近一次报送，UTC Newest delivery of these months")
    url: str | None = Field(description="这个单位的网址 Address of the unit's page")


class LeagueDocument(Document):
    first: str = Field(description="起始月份 First month", examples=["2025-12"])
    last: str = Field(description="截止月份 Last month", examples=["2026-11"])
    as_of: str = Field(description="数据截至，UTC When these figures were added up")
    total: LeagueRowDocument = Field(description="合计 All together")
    items: list[LeagueRowDocument] = Field(description="各单位，按要求的顺序 Each, in the order asked for")
    url: str = Field(description="网页 The page of the same table")
