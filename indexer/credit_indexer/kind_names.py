"""A kind of record, as an operator names it in a command."""

import typer
from credit_records.catalogue import Kind, catalogue
from credit_records.inbox_layout import kind_of_folder

from credit_indexer.failures import UNREADABLE
from credit_indexer.terminal import complain


def kind_named(name: str) -> Kind:
    """The kind of this name or title; ends the command with a sentence that lists them where there is none."""
    kinds = catalogue().kinds
    found = kind_of_folder(name, kinds)
    if found is None:
        choices = "、".join(f"{known.name}（{known.title}）" for known in kinds.values())
        complain(f"目录里没有名为 {name} 的种类；可用：{choices}。")
        raise typer.Exit(UNREADABLE)
    return found
