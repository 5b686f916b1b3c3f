"""How many downloads run at once in this process: a few, and of one address fewer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from credit_site.errors import Problem, ProblemError
from credit_site.localisation import Say

AT_ONCE: Final = 4
OF_ONE_ADDRESS: Final = 2
RETRY_SECONDS: Final = "20"


class Slots:
    """Counts only what runs in the event loop of this process, so nothing is locked."""

    def __init__(self, at_once: int = AT_ONCE, of_one: int = OF_ONE_ADDRESS) -> None:
        self._at_once = at_once
        self._of_one = of_one
        self._running: Counter[str] = Counter()

    def take(self, address: str, say: Say) -> None:
        """Begin one more for this address, which is given back when it ends.

        Raises:
            ProblemError: too many run already; it says so, and when to try again.
        """
        if self._running[address] >= self._of_one:
            detail = say("您这里已有 %(most)s 个下载在进行。请等它们完成，再开始下一个。") % {"most": self._of_one}
        elif self._running.total() >= self._at_once:
            detail = say("别人的下载正在进行，请过二十秒再试。")
        else:
            self._running[address] += 1
            return
        title = say("同时进行的下载太多了")
        raise ProblemError(Problem(429, "downloads", title, detail, headers={"Retry-After": RETRY_SECONDS}))

    def give_back(self, address: str) -> None:
        self._running[address] -= 1
        if self._running[address] <= 0:
            del self._running[address]

    @contextmanager
    def one(self, address: str, say: Say) -> Iterator[None]:
        self.take(address, say)
        try:
            yield
        finally:
            self.give_back(address)
