"""A node of Elasticsearch to measure: a given one, or one started from jars as it would run beside a site."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.elasticsearch.real_node import start

HEAP = "2g"


@contextmanager
def some_node(url: str | None, folder: Path | None = None) -> Iterator[str]:
    """The address of the node at `url`, or of one with its data under `folder` that ends with the block."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="chengxin-node-", dir=folder) as home:
        node = start(Path(home), os.getpid(), java_options=(f"-Xms{HEAP}", f"-Xmx{HEAP}"))
        try:
            yield node.url
        finally:
            node.kill()
