"""Papers as PDF: set by typst from templates of ours, A4, tagged, with the Chinese fonts that they are set in.

Fonts are looked for once in each process, when the first paper is asked for: a few folders where systems keep Chinese
fonts, and only where none has any, every font of the system.
"""

import json
import warnings
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

# Where Debian, Fedora, Arch and Alpine put Noto Sans CJK or Source Han Sans.
FOLDERS: Final = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
    "/usr/share/fonts/google-noto-sans-cjk-vf-fonts",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/noto",
    "/usr/share/fonts/adobe-source-han-sans",
)
FAMILIES: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "HarmonyOS Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)
MEDIA_TYPE: Final = "application/pdf"


class PapersUnavailableError(Exception):
    """No paper can be set: this machine has no Chinese font."""


class Papers:
    """Sets papers. `templates` holds `*.typ`; `fonts` is a folder to look in instead of the usual ones."""

    def __init__(self, templates: Path, fonts: Path | None = None) -> None:
        self._templates = templates
        self._folders = (str(fonts),) if fonts else FOLDERS
        self._searches_system = fonts is None
        self._lock = Lock()

    def pdf(self, name: str, data: Mapping[str, Any]) -> bytes:
        """The paper `name`, a template such as `letter.typ`, about `data`, which it reads as JSON. Takes a few
        hundredths of a second, so it belongs in a thread.

        Raises:
            PapersUnavailableError: this machine has no Chinese font.
        """
        with self._lock:
            found = self._font
        if found is None:
            raise PapersUnavailableError
        fonts, family = found
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", typst.TypstWarning)  # a name may hold a character that the font lacks
            return typst.compile(
                self._templates / name,
                root=self._templates,
                font_paths=fonts,
                ignore_system_fonts=True,
                sys_inputs={"family": family, "data": json.dumps(data, ensure_ascii=False)},
                format="pdf",
            )

    @cached_property
    def _font(self) -> tuple[typst.Fonts, str] | None:
        """The fonts to set with, and the family among them; None where no font has the characters."""
        folders = [folder for folder in self._folders if Path(folder).is_dir()]
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        family = _chinese(fonts)
        if family is None and self._searches_system:
            fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
            family = _chinese(fonts)
        return (fonts, family) if family else None


def _chinese(fonts: typst.Fonts) -> str | None:
    known = set(fonts.families())
    return next((family for family in FAMILIES if family in known), None)
