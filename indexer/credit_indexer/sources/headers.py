"""Which column of a file is which field of the catalogue: by name or alias, in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from credit_records.catalogue import Kind
from credit_records.headers import fold_header, names_of_fields

from credit_indexer.sources.source import UnreadableFileError

HEADER_WITHIN_ROWS = 10  # workbooks often begin with a title and a remark above the header


@dataclass(frozen=True, slots=True)
class Header:
    """`positions[i]` is the column that holds `fields[i]`. `ignored` are the headers that are no field."""

    fields: tuple[str, ...]
    positions: tuple[int, ...]
    ignored: tuple[str, ...]
    width: int


class HeaderMatcher:
    """Matches headers with the fields of one kind of record."""

    def __init__(self, kind: Kind) -> None:
        self._fields = tuple(spec.name for spec in kind.fields)
        self._required = {spec.name: spec.title for spec in kind.fields if spec.required}
        self._named = names_of_fields(kind)

    def columns(self, headers: Sequence[str]) -> Mapping[str, int]:
        """Field → its column, the first where two headers stand for one field."""
        found: dict[str, int] = {}
        for column, header in enumerate(headers):
            name = self._named.get(fold_header(header))
            if name is not None:
                found.setdefault(name, column)
        return found

    def match(self, headers: Sequence[str]) -> Header | None:
        """How these headers are read, or None where an obligatory column is missing."""
        found = self.columns(headers)
        if not self._required.keys() <= found.keys():
            return None
        fields = tuple(name for name in self._fields if name in found)
        taken = set(found.values())
        ignored = tuple(h.strip() for column, h in enumerate(headers) if column not in taken and h.strip())
        return Header(fields, tuple(found[name] for name in fields), ignored, len(headers))

    def recognised(self, headers: Sequence[str]) -> int:
        """How many fields these headers name."""
        return len(self.columns(headers))

    def unreadable(self, path: Path, leading: Sequence[Sequence[str]]) -> UnreadableFileError:
        """What to say of a file whose leading rows hold no header that serves."""
        expected = "、".join(self._required.values())
        best = max(leading, key=self.recognised, default=())
        if not self.recognised(best):
            return UnreadableFileError(
                path,
                f"前 {HEADER_WITHIN_ROWS} 行没有找到表头",
                f"请在首行写上列名，其中必须有：{expected}",
            )
        named = self.columns(best)
        missing = "、".join(title for name, title in self._required.items() if name not in named)
        found = "、".join(cell.strip()[:20] for cell in best[:20] if cell.strip())
        return UnreadableFileError(
            path,
            f"缺少必需的列：{missing}（必需的列有：{expected}；文件里的列是：{found}）",
            "请补上缺少的列，或把列名改成目录里的标准名或别名，再重新装载",
        )
