"""The server goes away and comes back: readers are told, what works beside waits, and all go on by themselves."""

import asyncio
from contextlib import ExitStack

import httpx
import pytest
from credit_indexer.comparing import compare
from credit_indexer.receiving import Receiver
from credit_records.catalogue import catalogue
from credit_records.command_line import main
from credit_records.inbox_layout import make_folders
from credit_records.postgresql_database import CONNECTIONS
from credit_records.providers import add_provider
from credit_search.schema import SUBJECTS
from credit_site.application import create_app
from credit_site.settings import SiteSettings

from tests.indexer.conftest import City
from tests.indexer.dressed_tables import delimited
from tests.postgresql.conftest import follower_of, until
from tests.postgresql.real_server import Server
from tests.site.pushing import pushing, row

CODE = "92620199MA00000001"
HEADER = ("企业名称", "统一社会信用代码")


async def test_readers_are_told_and_served_again(restarted_city: City, server: Server) -> None:
    city = restarted_city
    city.register(3)
    await city.workplace.follower().run(once=True)
    given = city.workplace.settings
    app = create_app(SiteSettings(data_dir=given.data_dir, city="demo", database_url=given.database_url))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        paths = (f"/credit/{CODE}", f"/api/v1/subjects/{CODE}", "/departments", "/readyz")
        assert [(await client.get(path)).status_code for path in paths] == [200] * len(paths)
        server.stop()
        page = await client.get(paths[0], headers={"accept-language": "zh-CN"})
        assert page.status_code == 503
        assert "数据暂时读不出来" in page.text
        assert "请过半分钟再试" in page.text
        assert page.headers["retry-after"] == "30"
        assert (await client.get(paths[1])).json()["type"] == "/api#problem-database-resting"
        assert [(await client.get(path)).status_code for path in paths] == [503] * len(paths)
        found = await client.get("/search", params={"q": "虚构1号商行"})
        assert (found.status_code, "虚构1号" in found.text) == (200, True), "the index is not concerned"
        server.start()
        assert [(await client.get(path)).status_code for path in paths] == [200] * len(paths)
    await app.state.site.close()


async def test_a_push_is_put_off_and_taken_once(restarted_city: City, server: Server) -> None:
    city = restarted_city
    given = city.workplace.settings
    settings = SiteSettings(data_dir=given.data_dir, city="demo", database_url=given.database_url)
    async with pushing(settings) as water:
        pushed = [row(), row()]
        assert (await water.push(*pushed, key="a")).status_code == 200
        server.stop()
        more = row()
        answer = await water.push(more, key="b")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        server.start()
        assert (await water.push(more, key="b")).json()["new"] == 1
        assert (await water.push(*pushed, more)).json()["unchanged"] == 3


async def test_who_finds_no_connection_free_is_told_to_come_back(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credit_records.postgresql_database.WAIT_FOR_CONNECTION_SECONDS", 0.05)
    given = city.workplace.settings
    app = create_app(SiteSettings(data_dir=given.data_dir, city="demo", database_url=given.database_url))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        with ExitStack() as taken:
            for _ in range(CONNECTIONS):
                taken.enter_context(app.state.site.database.engine.connect())
            assert (await client.get(f"/credit/{CODE}")).status_code == 503
        assert (await client.get(f"/credit/{CODE}")).status_code == 404
    await app.state.site.close()


async def test_the_indexer_waits_and_goes_on(restarted_city: City, server: Server) -> None:
    city = restarted_city
    city.register(3)
    said: list[str] = []
    follower = follower_of(city, said)
    following = asyncio.create_task(follower.run())
    await until(lambda: follower.indexed == 3)
    server.stop()
    await until(lambda: any("数据库没有应答" in told for told in said))
    assert not any("\n" in told for told in said), said
    server.start()
    await asyncio.to_thread(city.register, 3, "新")
    await until(lambda: follower.indexed == 6)
    await until(lambda: "数据库的变更通知已接上" in said)
    follower.stop()
    await following
    drift = await compare(city.workplace.database, city.workplace.engine.reader(SUBJECTS), city.stream())
    assert drift.keys == ()


def test_the_receiver_waits_and_goes_on(restarted_city: City, server: Server) -> None:
    city = restarted_city
    kind = catalogue().kinds["registration"]
    add_provider(city.workplace.database, "market", "市场监管局", "市场监管局", kinds=[kind.name])
    inbox = city.workplace.settings.resolved_inbox_dir
    folder = make_folders(inbox, "market")
    said: list[str] = []
    now = 0.0
    receiver = Receiver(city.workplace.database, inbox, catalogue().kinds, on_event=said.append, clock=lambda: now)
    (folder / "登记信息.csv").write_bytes(delimited((HEADER, [("虚构商行", CODE)])))
    server.stop()
    assert receiver.round().received == 0
    assert "数据库" in said[-1]
    assert "秒后再试" in said[-1]
    server.start()
    received = 0
    for _ in range(20):
        now += 60.0
        received += receiver.round().received
    assert received == 1
    assert "新增 1" in said[-1]


def test_a_command_says_that_nobody_answers(
    restarted_city: City, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = restarted_city.workplace.settings
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("CHENGXIN_DATABASE_URL", settings.database_url or "")
    monkeypatch.setattr("sys.argv", ["chengxin", "index", "--once"])
    server.stop()
    with pytest.raises(SystemExit) as ended:
        main()
    server.start()
    assert ended.value.code == 4
    told = capsys.readouterr().err
    assert "请检查数据库服务是否在运行" in told
    assert len(told.splitlines()) == 1
