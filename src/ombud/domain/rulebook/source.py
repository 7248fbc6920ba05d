"""The text of a book -> plain values, with the line of every one of them.

YAML as editors write it, read by the core schema of YAML 1.2: only `true` and `false` are booleans, so `NO`, `on` and
`no` stay text, and so do dates and spans. Decimal fractions become `Decimal`, exact. Refused: a key that stands twice,
anchors and aliases, tags, more than one document.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import yaml

from ombud.domain.problems import N_, OmbudError, Place, Problem

Path: TypeAlias = tuple[str | int, ...]

_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FRACTION = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEEPEST = 40


@dataclass(frozen=True)
class Source:
    """The plain values of a text and the line of each, by its path from the root."""

    file: str
    plain: Any
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...]

    def place(self, path: Path) -> Place:
        """Where `path` stands: its own line, or that of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path, 1))


def read_source(text: str, *, file: str) -> Source:
    """Raises OmbudError where the text is no YAML at all; lesser faults are in `problems` of what it returns."""
    parser = _Parser(text)
    try:
        node = parser.get_single_node()
    except yaml.YAMLError as error:
        raise _no_yaml(error, file) from None
    except RecursionError:
        raise OmbudError(_too_deep(Place(file))) from None
    finally:
        parser.dispose()
    reading = _Reading(file)
    plain = reading.value(node, ()) if node is not None else None
    return Source(file, plain, reading.lines, tuple(reading.problems))


class _Reading:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if id(node) in self._seen:
            self._problem("alias", N_("Anchors and aliases have no place in a book."), {}, line, N_("Write it out."))
            return None
        if len(path) > _DEEPEST:
            self.problems.append(_too_deep(Place(self.file, line)))
            return None
        self._seen.add(id(node))
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
            case yaml.ScalarNode():
                return self._scalar(node)
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem("key_no_text", N_("A key must be a text."), {}, line)
                continue
            key = str(key_node.value)
            if key in plain:
                self._problem(
                    "key_twice",
                    N_("The key {key!r} stands here a second time; the first is in line {first}."),
                    {"key": key, "first": self.lines[(*path, key)]},
                    line,
                    N_("Keep one of them."),
                )
                continue
            self.lines[(*path, key)] = line
            plain[key] = self.value(value_node, (*path, key))
        return plain

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        if node.style:  # quoted, or a block of text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _WHOLE.fullmatch(text):
            return int(text.replace("_", ""))
        return Decimal(text) if _FRACTION.fullmatch(text) else text

    def _problem(self, code: str, text: str, values: dict[str, object], line: int, mend: str = "") -> None:
        self.problems.append(Problem(code, text, values, Place(self.file, line), mend))


def _too_deep(place: Place) -> Problem:
    return Problem("too_deep", N_("More than {count} levels lie within one another."), {"count": _DEEPEST}, place)


def _no_yaml(error: yaml.YAMLError, file: str) -> OmbudError:
    mark = getattr(error, "problem_mark", None)
    return OmbudError(
        Problem(
            "no_yaml",
            N_("This is no YAML: {reason}."),
            {"reason": getattr(error, "problem", None) or str(error)},
            Place(file, mark.line + 1 if mark is not None else None),
            N_("Mind the indentation and the quotes around texts with a colon."),
        )
    )
