"""A department's folder in a city's inbox, and a receiver whose clock the test moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from credit_indexer.receiving import Receiver, Round
from credit_records.catalogue import Kind, catalogue
from credit_records.deliveries import Delivery, last_deliveries
from credit_records.inbox_layout import make_folders
from credit_records.providers import add_provider
from credit_records.receipts import Receipt, from_json

from tests.indexer.conftest import City
from tests.indexer.dressed_tables import delimited

HEADER = ("企业名称", "统一社会信用代码")
WATER = "water"
KINDS = ("registration", "administrative_penalty")


def rows(first: int = 0, count: int = 3, mark: str = "") -> list[tuple[str, str]]:
    return [(f"金城虚构{n}号{mark}店", f"92620199MA{n:08}") for n in range(first, first + count)]


def table(first: int = 0, count: int = 3, mark: str = "") -> bytes:
    return delimited((HEADER, rows(first, count, mark)))


def rows_of(kind: Kind, *given: dict[str, str]) -> bytes:
    columns = list(dict.fromkeys(name for row in given for name in row))
    titles = [kind.by_name[name].title for name in columns]
    return delimited((titles, [[row.get(name, "") for name in columns] for row in given]))


@dataclass
class Department:
    city: City
    now: float = 1000.0
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        add_provider(self.city.workplace.database, WATER, "市水务局", "市水务局", kinds=KINDS)
        self.inbox = self.city.workplace.settings.resolved_inbox_dir
        self.folder = make_folders(self.inbox, WATER)
        self.start()

    def start(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Another receiver, as after a restart."""
        self.receiver = Receiver(
            self.city.workplace.database,
            self.inbox,
            catalogue().kinds,
            on_event=self.said.append,
            stopped=stopped,
            clock=lambda: self.now,
        )

    def drop(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def look(self, seconds: float = 0.4) -> Round:
        """Look once, so much later."""
        self.now += seconds
        return self.receiver.round()

    def receive(self) -> Round:
        """Look until what has come whole is received."""
        self.look()
        return self.look()

    def files(self, place: str) -> list[str]:
        """What lies there without the time and number that its name begins with, receipts aside."""
        found = (path.name for path in (self.folder / place).iterdir())
        return sorted(name.split("_", 2)[2] for name in found if ".receipt." not in name)

    def receipts(self, place: str = "done") -> list[Receipt]:
        """In the order of deliveries."""
        found = [from_json(path.read_bytes()) for path in (self.folder / place).glob("*.receipt.json")]
        return sorted(found, key=lambda receipt: receipt.delivery or 0)

    def waiting(self) -> Sequence[Path]:
        """Everything of which nobody has made anything."""
        ours = {"done", "refused"}
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and path.relative_to(self.folder).parts[0] not in ours
        ]

    def recorded(self) -> int:
        """Rows in the figures of all deliveries."""
        return sum(delivery.rows for delivery in self.deliveries())

    def deliveries(self) -> list[Delivery]:
        with self.city.workplace.database.connect() as connection:
            return last_deliveries(connection)[::-1]
