"""`chengxin demo`: a fictional city, delivered, loaded and indexed as a real one would be."""

import asyncio
import time
from typing import Annotated

import typer
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_records.tables import delivery
from sqlalchemy import Engine as Database
from sqlalchemy import select

from credit_indexer.demo.delivery import KIND, write_delivery
from credit_indexer.demo.subjects import TooManySubjectsError
from credit_indexer.demo.town import NoFictionalCityError, fictional_town
from credit_indexer.failures import UNREADABLE, told_clearly
from credit_indexer.indexing_commands import open_workplace
from credit_indexer.loading import Loader, inspect_file
from credit_indexer.loading_commands import summary
from credit_indexer.terminal import complain, meter, say

FILE = "registrations.csv"
SEED = 20211123


def demo(
    subjects: Annotated[int, typer.Option(min=1, help="生成多少个虚构主体。")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, help="随机数种子；相同的种子得到相同的城市。")] = SEED,
) -> None:
    """生成一座虚构的城市：写成报送文件，像真实数据一样装载、索引。绝不与真实数据混放。"""
    started = time.monotonic()
    with told_clearly():
        try:
            town = fictional_town(catalogue())
            # Regions are grouped as the fictional city sees them, whichever city the site is set to.
            workplace = open_workplace(Settings().model_copy(update={"city": town.key}))
            _refuse_real_data(workplace.database, town.source)
            path = workplace.settings.data_dir / "demo" / FILE
            write_delivery(path, catalogue(), subjects=subjects, seed=seed)
        except (NoFictionalCityError, TooManySubjectsError) as error:
            complain(str(error))
            raise typer.Exit(UNREADABLE) from error
        loader = Loader(workplace.database, catalogue().kinds[KIND], town.source)
        with meter(path.name) as shown:
            loaded = loader.load(inspect_file(path, catalogue().kinds[KIND]), shown.show)
        say(summary(loaded))
        asyncio.run(workplace.follower().run(once=True))
    say(f"虚构城市 {town.name} 已可查询，共用时 {time.monotonic() - started:.1f} 秒。")
    say(f"启动网站：CHENGXIN_DATA_DIR={workplace.settings.data_dir} CHENGXIN_CITY={town.key} chengxin serve")


def _refuse_real_data(database: Database, source: str) -> None:
    """Fiction beside fact would be taken for fact."""
    with database.connect() as connection:
        other = connection.execute(select(delivery.c.source).where(delivery.c.source != source).limit(1)).scalar()
    if other is not None:
        complain(f"数据库里已有“{other}”提供的数据，虚构的主体不能与之混放。请用 CHENGXIN_DATA_DIR 另指一个空目录。")
        raise typer.Exit(UNREADABLE)
