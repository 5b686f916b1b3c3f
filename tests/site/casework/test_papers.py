"""Papers as PDF: whatever was typed is in them as text, and where none can be set the page says what to do."""

import re

import pytest
from credit_site.papers import Papers, PapersUnavailableError
from credit_site.resources import folder

TEMPLATES = folder("templates") / "papers"
LETTER = {
    "title": "信用修复承诺书",
    "to": "某市场监督管理局",
    "opening": "开头",
    "facts": [("名称", "某某公司")],
    "promise": "承诺",
    "promises": ["真实"],
    "signatures": ["盖章"],
    "remark": "说明",
    "foot": "页脚",
}


@pytest.fixture(scope="module")
def papers() -> Papers:
    return Papers(TEMPLATES)


@pytest.mark.parametrize(
    "typed",
    [
        '#panic("no")',
        '#read("/etc/passwd")',
        "*bold* _it_ = heading @label <label> $x$ // /* \\ ` ```",
        '"]}{[',
        "一" * 5_000,
        "𠮷野家 ㄅ 👍 \u200f",
        "",
    ],
    ids=["code", "reading a file", "markup", "brackets", "endless", "rare characters", "nothing"],
)
def test_whatever_is_typed_is_set_as_text(papers, typed):
    body = papers.pdf("letter.typ", LETTER | {"facts": [("名称", typed)], "promises": [typed], "to": typed})
    assert body.startswith(b"%PDF-")


def test_a_paper_is_tagged_tells_its_language_and_embeds_its_fonts(papers):
    body = papers.pdf("letter.typ", LETTER)
    assert b"/StructTreeRoot" in body
    assert re.search(rb"/Lang\s*\(zh", body)
    assert re.search(rb"/FontFile[23]", body)


def test_a_machine_without_chinese_fonts_says_so(tmp_path):
    with pytest.raises(PapersUnavailableError):
        Papers(TEMPLATES, tmp_path).pdf("letter.typ", LETTER)


async def test_letter_and_receipt_are_pdf(apply):
    applicant = await apply()
    await applicant.answer_all()
    letter = await applicant.get("/letter/letter.pdf")
    await applicant.hand_in_all()
    await applicant.submit()
    receipt = await applicant.get("/receipt.pdf")
    for paper in (letter, receipt):
        assert paper.headers["content-type"] == "application/pdf"
        assert paper.headers["content-disposition"].startswith("attachment")
        assert paper.headers["cache-control"] == "no-store"
        assert paper.content.startswith(b"%PDF-")


async def test_the_letter_is_filled_from_the_record_and_the_draft(apply):
    applicant = await apply()
    await applicant.answer_all()
    page = (await applicant.get("/letter/letter")).text
    assert applicant.now.answers["applicant_name"] in page
    assert applicant.now.answers["applicant_code"] in page
    assert applicant.now.answers["mobile"] not in page  # the letter may be made public
    assert (await applicant.get("/letter/proof")).status_code == 404
    assert (await applicant.get("/letter/nothing.pdf")).status_code == 404


async def test_where_no_pdf_can_be_made_the_page_that_prints_the_same_is_named(
    apply, written_app, tmp_path, monkeypatch
):
    monkeypatch.setattr(written_app.state.site, "papers", Papers(TEMPLATES, tmp_path))
    applicant = await apply()
    answer = await applicant.get("/letter/letter.pdf")
    assert answer.status_code == 503
    assert f"{applicant.address}/letter/letter" in answer.text
    assert (await applicant.get("/letter/letter")).status_code == 200
