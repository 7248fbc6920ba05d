"""The fonts of documents, from packages that the lock file pins: no font of the machine ever changes a document.

Noto Sans sets Latin and Cyrillic, Noto Sans CJK the Chinese, both with every weight and under the Open Font License.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from ombud.domain.problems import N_, OmbudError, Place, Problem

LATIN, CHINESE = "Noto Sans", "Noto Sans CJK SC"
_SHIPPED = {LATIN: ("fontpkg-noto-sans", "fontpkg_noto_sans"), CHINESE: ("manimgx-fonts-cjk", "manimgx_fonts_cjk")}
"""Family -> the package that brings it, and what it is imported by."""
MORE = "OMBUD_FONTS"
"""The setting: a folder of further fonts, for letters that the shipped ones lack."""


def shipped_fonts() -> tuple[typst.Fonts, tuple[str, ...]]:
    """What documents are set with, and the families in the order in which a letter is looked for in them.

    Raises OmbudError where a package of fonts is not installed or the folder named by OMBUD_FONTS has none.
    """
    return _read(os.environ.get(MORE, ""))


@cache
def _read(more: str) -> tuple[typst.Fonts, tuple[str, ...]]:
    folders = [_folder(family) for family in _SHIPPED]
    own = _of([_more(more)]).families() if more else []
    fonts = _of([*folders, *([Path(more)] if more else [])])
    for family in _SHIPPED:
        if family not in fonts.families():
            raise _missing(family)
    return fonts, (*_SHIPPED, *(family for family in own if family not in _SHIPPED))


def _of(folders: list[Path]) -> typst.Fonts:
    # Neither the system's fonts nor those inside Typst: what is not named here must not set a document.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _folder(family: str) -> Path:
    spec = find_spec(_SHIPPED[family][1])
    if spec is None or not spec.submodule_search_locations:
        raise _missing(family)
    return Path(next(iter(spec.submodule_search_locations)))


def _missing(family: str) -> OmbudError:
    values: dict[str, Any] = {"font": family, "package": _SHIPPED[family][0]}
    return OmbudError(
        Problem(
            "font_missing",
            N_("The font {font}, which documents are set with, is not installed."),
            values,
            mend=N_("Install it: pip install {package}."),
        )
    )


def _more(folder: str) -> Path:
    path = Path(folder)
    if not path.is_dir() or not _of([path]).families():
        raise OmbudError(
            Problem(
                "no_fonts",
                N_("There is no font in that folder, which {setting} names."),
                {"setting": MORE},
                Place(folder),
                N_("Name a folder with TTF or OTF files, or leave the setting out."),
            )
        )
    return path
