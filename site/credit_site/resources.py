"""Where templates and static files are: at the repository's root in a checkout, inside the package in a wheel."""

from functools import cache
from pathlib import Path


@cache
def folder(name: str) -> Path:
    package = Path(__file__).resolve().parent
    for candidate in (package / name, package.parents[1] / name):
        if candidate.is_dir():
            return candidate
    message = f"The folder {name}/ is missing from this installation of chengxin; install it again."
    raise FileNotFoundError(message)
