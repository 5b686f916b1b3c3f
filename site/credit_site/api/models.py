"""The documents of the API, field by field: the source of the OpenAPI document and of the page that shows it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Coded(Document):
    """代码及其名称 A code and what it is called."""

    value: str = Field(description="代码 Code", examples=["active"])
    label: str = Field(description="名称，按请求的语言 What it is called, in the language asked for", examples=["存续"])


class Counted(Coded):
    count: int = Field(ge=0, description="符合条件的个数 How many match", examples=[128])


class Named(Document):
    uscc: str = Field(description="统一社会信用代码 Unified social credit code", examples=["91629901MA00000000"])
    name: str = Field(description="名称 Name", examples=["霁川市鑫源装饰有限公司"])


class Found(Named):
    match: Literal["exact", "partial", "similar"] = Field(
        description="精确：名称或代码完全一致；部分：查询的每一部分都在其中；相似：最接近的 "
        "exact: the whole name or code; partial: every part of the query is in it; similar: the nearest"
    )
    highlight: str = Field(
        description="名称，命中部分在 <mark> 与 </mark> 之间，已转义 The name as escaped HTML, matched in <mark>"
    )
    code_highlight: str = Field(description="代码，同上 The code, likewise")
    code_valid: bool = Field(description="代码是否通过 GB 32100-2015 校验 Whether the code passes GB 32100-2015")
    former_name: str | None = Field(
        description="命中的曾用名 The former name that matched, where the current one did not"
    )
    status: Coded | None = Field(description="登记状态 Registration status")
    region: Coded | None = Field(description="行政区划，GB/T 2260 Administrative division")
    type: Coded | None = Field(description="主体类型 Type")
    industry: Coded | None = Field(description="行业门类，GB/T 4754 Industry section")
    established: str | None = Field(description="成立日期 Date of establishment", examples=["2015-03-02"])
    url: str = Field(description="信用档案的永久网址 Permanent address of the profile")


class SearchDocument(Document):
    total: int = Field(ge=0, description="符合条件的主体数 Number of subjects that match")
    page: int = Field(ge=1, description="第几页 Page")
    size: int = Field(ge=1, description="每页条数 Results per page")
    items: list[Found]
    facets: dict[str, list[Counted]] = Field(description="各筛选项的取值与条数 Values and counts of each facet")
    understood: str = Field(description="查询被理解为什么 How the query was read", examples=["name"])
    did_you_mean: list[Named] = Field(description="您要找的是不是 Names that may have been meant")
    direct: str | None = Field(description="查询唯一指向的主体的代码 Code of the one subject that the query stands for")
    similar_only: bool = Field(description="没有相符的，所列为最接近的 Nothing matched: the items are the nearest")


class Suggested(Named):
    highlight: str = Field(
        description="名称，命中部分在 <mark> 与 </mark> 之间 The name as escaped HTML, matched parts in <mark>"
    )
    url: str = Field(description="信用档案的网址 Address of the profile")


class SuggestDocument(Document):
    items: list[Suggested]


class Derived(Coded):
    basis: str | None = Field(
        description="declared 申报；address 据住所；code 据代码；name 据名称；scope 据经营范围 How the fact is known"
    )


class CapitalDocument(Document):
    amount: str = Field(description="金额，十进制 Decimal amount", examples=["1000"])
    unit: Literal["万"] = Field(description="单位：万 Unit: ten thousand")
    currency: str = Field(description="币种，ISO 4217 Currency", examples=["CNY"])


class RecordDocument(Document):
    id: int = Field(description="编号，永久 Permanent number")
    kind: Coded = Field(description="种类 Kind")
    headline: str = Field(description="标题 Headline")
    uscc: str | None = Field(description="主体的代码；自然人没有 Code of the subject; none for a natural person")
    name: str = Field(description="主体的名称，自然人的已隐去一部分 Name of the subject, masked for a natural person")
    document_number: str | None = Field(description="文号 Document number")
    authority: str | None = Field(description="作出机关 Authority")
    decision_date: str | None = Field(
        description="决定或列入日期 Date of decision or of entry", examples=["2025-03-02"]
    )
    dishonesty_class: Coded | None = Field(description="失信类别 Class of dishonesty")
    published_at: str | None = Field(description="首次公示，UTC First published")
    ends_on: str | None = Field(description="公示的最后一天，没有则不限期 Last day of publication; none: no end")
    working_days: int | None = Field(description="从决定到公示的工作日数 Working days from decision to publication")
    self_declared: bool = Field(description="是否主体自行申报 Whether it is the subject's own word")
    contested: bool = Field(description="是否异议处理中 Whether an objection to it is being looked into")
    fields: dict[str, Any] = Field(description="公开的字段，名称见目录 Public fields, named as in the catalogue")
    source: str = Field(description="来源 Who provided it")
    file: str = Field(description="来自哪个文件 The file it came in")
    received_at: str = Field(description="首次收到，UTC First received")
    updated_at: str = Field(description="最近变化，UTC Last changed")
    url: str = Field(description="永久网址 Permanent address")


class RecordsDocument(Document):
    items: list[RecordDocument] = Field(description="记录，新的在前 Records, newest first")
    following: str | None = Field(
        description="下一页的 after；没有则这是最后一页 `after` of the next page; none: this is the last",
        examples=["2025-03-02.817"],
    )


class ExcerptDocument(Document):
    field: str = Field(description="字段的代号 Name of the field", examples=["facts"])
    title: str = Field(description="字段的名称 Title of the field", examples=["违法事实"])
    text: str = Field(
        description="其中的一段，命中部分在 <mark> 之间，已转义 A piece of it as escaped HTML, matched in <mark>"
    )


class FoundRecordDocument(RecordDocument):
    excerpts: list[ExcerptDocument] = Field(description="与查询相符的段落 Where the query was found in its texts")


class SumsDocument(Document):
    """各类金额之和，万元；不同种类的金额意义不同 Sums in 10,000 yuan; what an amount is differs by kind."""

    amount: str = Field(description="罚款等金额，十进制 Fines and the like, decimal", examples=["1284.5"])
    confiscated: str = Field(description="没收金额，十进制 Confiscated, decimal", examples=["12"])


class MonthDocument(Document):
    month: str = Field(description="决定或列入的月份 Month of decision or entry", examples=["2025-03"])
    count: int = Field(ge=0, description="条数 Number of records")


class RecordSearchDocument(Document):
    total: int = Field(ge=0, description="符合条件的记录数 Number of records that match")
    page: int = Field(ge=1, description="第几页 Page")
    size: int = Field(ge=1, description="每页条数 Records per page")
    items: list[FoundRecordDocument]
    facets: dict[str, list[Counted]] = Field(
        description="取值与条数，已选的一项按没有选它来数 Values and counts; a chosen one as if it were not chosen"
    )
    sums: SumsDocument
    by_month: list[MonthDocument] = Field(description="每月条数，早的在前 Records by month, oldest first")
    understood: str = Field(description="查询被理解为什么 How the query was read", examples=["name"])


class SectionDocument(Document):
    kind: str
    title: str
    count: int = Field(ge=0, description="共有多少条 How many there are")
    records: list[RecordDocument] = Field(description="最新的几条 The newest of them")
    following: str | None = Field(description="其余的从这里继续 Where /records goes on with the others")


class SubjectDocument(Named):
    code_valid: bool = Field(description="代码是否通过 GB 32100-2015 校验 Whether the code passes GB 32100-2015")
    former_names: list[str] = Field(description="曾用名，新的在前 Former names, newest first")
    status: Coded | None
    region: Derived | None
    type: Derived | None
    industry: Derived | None
    established: str | None = Field(description="成立日期 Date of establishment")
    capital: CapitalDocument | None = Field(description="注册资本 Registered capital")
    sections: list[SectionDocument] = Field(description="各类信用信息，按目录顺序 Records of each kind, in order")
    url: str = Field(description="信用档案的永久网址 Permanent address of the profile")


class ParameterError(Document):
    parameter: str = Field(description="哪个参数 Which parameter")
    reason: str = Field(description="原因代码 Code of the reason", examples=["out_of_range"])
    detail: str = Field(description="说明 What is wrong, in a sentence")


class ProblemDocument(Document):
    """RFC 9457：所有错误都是这一种形状 Every error has this shape."""

    type: str = Field(description="错误种类，网址 Kind of problem, an address", examples=["/api#problem-parameters"])
    title: str
    status: int
    detail: str = Field(description="下一步怎么做 What to do next")
    instance: str = Field(description="请求编号，报障时请附上 Request id, to quote in a report")
    errors: list[ParameterError] | None = Field(
        None, description="不能照办的参数 Parameters that could not be followed"
    )
