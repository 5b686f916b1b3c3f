"""The `chengxin` command: a launcher that imports only the room whose command is asked for.

A room registers what it offers under the entry-point group `chengxin.commands`: a function is a command, a
`typer.Typer` a group of them.
"""

import sys
from importlib.metadata import entry_points

import typer

from credit_records.supervisor import end_with_supervisor

GROUP = "chengxin.commands"


def main() -> None:
    end_with_supervisor()
    commands = {entry.name: entry for entry in entry_points(group=GROUP)}
    asked = next((word for word in sys.argv[1:] if word in commands), None)
    app = typer.Typer(
        name="chengxin",
        help="诚信 · 公共信用查询平台：装载、索引、发布、查询。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def room() -> None:
        """诚信 · 公共信用查询平台：装载、索引、发布、查询。"""

    for name in [asked] if asked else sorted(commands):
        found = commands[name].load()
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    app()


if __name__ == "__main__":
    main()
