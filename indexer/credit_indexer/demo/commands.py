"""`chengxin demo`: a fictional city, delivered, loaded and indexed as a real one would be."""

import time
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_records.tables import delivery
from sqlalchemy import Engine as Database
from sqlalchemy import func, select

from credit_indexer.demo.aftermath import settle
from credit_indexer.demo.arriving import Arrivals, register_offices
from credit_indexer.demo.authorities import Authorities
from credit_indexer.demo.city_records import CityRecords
from credit_indexer.demo.delivery import KIND, make_subjects, written
from credit_indexer.demo.live import EmptyCityError, drop, publish_live, push
from credit_indexer.demo.report_files import ReportFiles
from credit_indexer.demo.reporting import Report, Reporting
from credit_indexer.demo.showcases import known_well
from credit_indexer.demo.subjects import TooManySubjectsError
from credit_indexer.demo.town import NoFictionalCityError, Town, fictional_town
from credit_indexer.failures import UNREADABLE, told_clearly
from credit_indexer.indexing_commands import Workplace, open_workplace
from credit_indexer.loading import Loader, inspect_file
from credit_indexer.loading_commands import summary
from credit_indexer.memory import expect_bulk_work
from credit_indexer.terminal import complain, meter, say

FILE = "registrations.csv"
REPORTS = "reports"
SEED = 20211123
RECORDS_OF_A_SUBJECT = 3


def demo(
    *,
    subjects: Annotated[int, typer.Option(min=1, help="生成多少个虚构主体。")] = 20_000,
    records: Annotated[int | None, typer.Option(min=0, help="生成多少条记录；不写时为主体数的三倍。")] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机数种子；相同的种子和日期得到相同的城市。")] = SEED,
    day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="记录到哪一天为止；不写时为今天。")] = None,
    live: Annotated[bool, typer.Option("--live", help="在已有的虚构城市里不断公示新的记录，直到按 Ctrl+C。")] = False,
    rate: Annotated[float, typer.Option(min=0.1, max=1000, help="与 --live 同用：每秒公示多少条。")] = 3.0,
    inbox: Annotated[bool, typer.Option("--inbox", help="与 --live 同用：写成文件，放进各单位的收件夹。")] = False,
) -> None:
    """生成一座虚构的城市：写成报送文件，像真实数据一样装载、索引。绝不与真实数据混放。"""
    with told_clearly():
        try:
            town = fictional_town(catalogue())
            # Regions are grouped as the fictional city sees them, whichever city the site is set to.
            workplace = open_workplace(Settings().model_copy(update={"city": town.key}))
            _refuse_real_data(workplace.database, town)
            if live:
                way = drop(workplace.settings.resolved_inbox_dir) if inbox else push(workplace.database)
                publish_live(workplace.database, town, way, rate=rate)
                return
            _make(workplace, town, subjects=subjects, records=records, seed=seed, day=day.date() if day else None)
        except (NoFictionalCityError, TooManySubjectsError, EmptyCityError) as error:
            complain(str(error))
            raise typer.Exit(UNREADABLE) from error


def _make(workplace: Workplace, town: Town, *, subjects: int, records: int | None, seed: int, day: date | None) -> None:
    started = time.monotonic()
    wanted = RECORDS_OF_A_SUBJECT * subjects if records is None else records
    day = day or _first_made(workplace.database) or today()
    folder = workplace.settings.data_dir / "demo"
    city = CityRecords(town, catalogue(), seed, day)
    reports = _write(folder, town, city, Reporting(day, seed), subjects=subjects, records=wanted, seed=seed)
    expect_bulk_work()
    _load_subjects(workplace.database, town, folder / FILE)
    _take_reports(workplace, city, reports, day, seed)
    workplace.run(workplace.follower().run(once=True))
    say(f"虚构城市 {town.name} 已可查询，共用时 {time.monotonic() - started:.1f} 秒。")
    say(f"启动网站：CHENGXIN_DATA_DIR={workplace.settings.data_dir} CHENGXIN_CITY={town.key} chengxin serve")


def _write(
    folder: Path, town: Town, city: CityRecords, reporting: Reporting, *, subjects: int, records: int, seed: int
) -> list[tuple[Report, Path]]:
    """Write the register and all reports; the reports in the order in which they came."""
    files = ReportFiles(folder / REPORTS, city.makers)
    made = written(folder / FILE, catalogue(), make_subjects(town, subjects=subjects, seed=seed))
    for record in city.of(made, of_subjects=subjects, records=records, known=known_well(town)):
        files.write(reporting.lines(record))
    return files.finish()


def _load_subjects(database: Database, town: Town, path: Path) -> None:
    loader = Loader(database, catalogue().kinds[KIND], town.source)
    with meter(path.name) as shown:
        loaded = loader.load(inspect_file(path, catalogue().kinds[KIND]), shown.show)
    say(summary(loaded))


def _take_reports(
    workplace: Workplace, city: CityRecords, reports: list[tuple[Report, Path]], day: date, seed: int
) -> None:
    database = workplace.database
    arrivals = Arrivals(database, day)
    offices = {office.name: office for office in city.city.authorities.all()}
    register_offices(database, city)
    with meter("各单位报送") as shown:
        taken = arrivals.take(reports, offices, city.makers, shown.show)
    if taken.deliveries:
        settled = settle(database, catalogue(), day, seed, workplace.settings.data_dir)
        say(f"{taken.deliveries:,} 次报送：{taken.rows:,} 行，退回 {taken.refused:,}")
        say(f"修复、撤回、提出异议或正在申请的记录 {settled:,} 条")


def _first_made(database: Database) -> date | None:
    """The day on which the city was made, so that making it again makes the same."""
    statement = select(func.min(delivery.c.started_at)).where(delivery.c.file_name == FILE)
    with database.connect() as connection:
        first = connection.execute(statement).scalar()
    return today(lambda: datetime.fromisoformat(first)) if first else None


def _refuse_real_data(database: Database, town: Town) -> None:
    """Fiction beside fact would be taken for fact."""
    ours = {town.source, *(office.title for office in Authorities(town).all())}
    with database.connect() as connection:
        other = connection.execute(select(delivery.c.source).where(delivery.c.source.not_in(ours)).limit(1)).scalar()
    if other is not None:
        complain(f"数据库里已有“{other}”提供的数据，虚构的主体不能与之混放。请用 CHENGXIN_DATA_DIR 另指一个空目录。")
        raise typer.Exit(UNREADABLE)
