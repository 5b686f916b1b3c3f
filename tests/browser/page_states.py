"""Every page of the site in every state that a reader can meet, as addresses."""

from dataclasses import dataclass

from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import fictional_town
from credit_records.catalogue import catalogue

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1366, "height": 900}
SUBJECTS = 2_000  # of the city, each with its registration
FIRST_RECORD = SUBJECTS + 1  # the number of the newest penalty, loaded next
WITH_RECORDS = "光电科技"  # the subject that has published records

_SHOWN = {subject.name: subject for subject in showcases(fictional_town(catalogue()))}


def shown(part: str) -> FictionalSubject:
    """The one deliberate subject whose name holds this."""
    (found,) = [subject for name, subject in _SHOWN.items() if part in name]
    return found


@dataclass(frozen=True, slots=True)
class State:
    name: str
    path: str
    status: int = 200
    resting: bool = False


STATES = (
    State("home", "/"),
    State("home in English", "/?lang=en"),
    State("home in large print", "/?text=large"),
    State("results", "/search?q=有限公司"),
    State("results, second page", "/search?q=有限公司&page=2"),
    State("results, filtered", "/search?q=有限公司&status=active&region=629901&sort=newest"),
    State("results in English", "/search?q=有限公司&status=active&lang=en"),
    State("results in large print", "/search?q=有限公司&text=large"),
    State("everything", "/search"),
    State("one exact name", f"/search?q={shown('长风').name}"),
    State("a former name", "/search?q=霁川第二机械厂"),
    State("only similar", "/search?q=霁川长风仲工集团有限公司"),
    State("nothing found", "/search?q=qqqqqqxxxxxx"),
    State("nothing under the filters", f"/search?q={shown('长风').name}&status=closed"),
    State("nothing asked", "/search?q=(((("),
    State("parameters not understood", "/search?q=商贸&page=x&colour=red&status=blue"),
    State("a query too long", "/search?q=" + "商贸" * 150),
    State("a page too deep", "/search?q=有限公司&page=9999"),
    State("a page after the last", "/search?q=长风重工&page=40"),
    State("profile", f"/credit/{shown('长风').uscc}"),
    State("profile in English", f"/credit/{shown('长风').uscc}?lang=en"),
    State("profile with a doubtful code", f"/credit/{shown('错码').uscc}"),
    State("profile of almost nothing", f"/credit/{shown('信息不全').uscc}"),
    State("profile with the longest name", f"/credit/{shown('中药材').uscc}"),
    State("profile with records", f"/credit/{shown(WITH_RECORDS).uscc}"),
    State("timeline", f"/credit/{shown(WITH_RECORDS).uscc}/timeline?after=nothing"),
    State("a record", f"/record/{FIRST_RECORD}"),
    State("a record in English", f"/record/{FIRST_RECORD}?lang=en"),
    State("how to object", f"/record/{FIRST_RECORD}/objection"),
    State("whether it can be repaired", f"/record/{FIRST_RECORD}/repair"),
    State(
        "whether it can be repaired, in English, in large print", f"/record/{FIRST_RECORD}/repair?lang=en&text=large"
    ),
    State("penalties", "/penalties"),
    State("penalties in English, in large print", "/penalties?q=广告&category=罚款&lang=en&text=large"),
    State("penalties, filtered", "/penalties?q=虚假广告&region=629901&since=2020-01-01&sort=largest&page=1"),
    State("penalties, months chosen", "/penalties?year=2026&month=202606&month=202605"),
    State("penalties, nothing found", "/penalties?q=qqqqqqxxxxxx"),
    State("penalties, nothing under the filters", "/penalties?q=广告&until=2001-01-01"),
    State("penalties, nothing asked", "/penalties?q=(((("),
    State("penalties, parameters not understood", "/penalties?since=x&until=2026-02-30&blue=1&page=x"),
    State("penalties, a page too deep", "/penalties?page=9999"),
    State("penalties, a page after the last", "/penalties?page=40"),
    State("licences", "/licences"),
    State("lists", "/lists"),
    State("lists in English", "/lists?lang=en"),
    State("lists, by name", f"/lists?q={shown(WITH_RECORDS).name}"),
    State("a list", "/lists/serious_dishonesty"),
    State("an empty list", "/lists/wage_arrears"),
    State("no such list", "/lists/administrative_penalty", 404),
    State("penalties while search rests", "/penalties?q=广告", 503, resting=True),
    State("lists while search rests", "/lists", 503, resting=True),
    State("nobody's code", "/credit/916299010000000000", 404),
    State("no code at all", "/credit/abc", 404),
    State("departments", "/departments"),
    State("departments, nobody under the filters", "/departments?department=x&district=city"),
    State("nobody's reports", "/departments/nobody", 404),
    State("guide to repair", "/guide/repair"),
    State("guide to repair, a former edition, in English", "/guide/repair?on=2025-06-01&lang=en"),
    State("guide to objections", "/guide/objection"),
    State("guide to objections in English, in large print", "/guide/objection?lang=en&text=large"),
    State("what can be repaired", "/repair"),
    State("what can be repaired of somebody", f"/repair?q={shown(WITH_RECORDS).uscc}"),
    State("the same in English, in large print", f"/repair?q={shown(WITH_RECORDS).uscc}&lang=en&text=large"),
    State("what can be repaired, several names", "/repair?q=有限公司"),
    State("what can be repaired of the longest name", f"/repair?q={shown('中药材').uscc}"),
    State("what can be repaired, nobody found", "/repair?q=qqqqqqxxxxxx"),
    State("what can be objected to", "/objection"),
    State("what can be objected to of somebody", f"/objection?q={shown(WITH_RECORDS).uscc}"),
    State("what can be objected to, by number", "/objection?q=霁市监罚〔示例〕3号"),
    State("what can be objected to, nothing found", "/objection?q=qqqqqqxxxxxx&lang=en"),
    State("what can be repaired while search rests", "/repair?q=长风重工", resting=True),
    State("the door of tracking", "/repair/track"),
    State("the door of tracking objections in English", "/objection/track?lang=en"),
    State("a link that opens nothing", "/repair/track/nothing", 404),
    State("about", "/about"),
    State("API", "/api"),
    State("the door of the providers' room", "/provider/sign-in"),
    State("the same in English", "/provider/sign-in?lang=en"),
    State("no such page", "/nowhere", 404),
    State("search resting", "/search?q=长风重工", 503, resting=True),
    State("search resting, exact name", f"/search?q={shown('长风').name}", 503, resting=True),
    State("home while search rests", "/", resting=True),
)
