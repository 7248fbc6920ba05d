"""How a book is laid out: which keys hold clauses, and the model of each.

It is read from `BookText`, the one place that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import isclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter

from ombud.domain.rulebook.book import BookText, Head
from ombud.domain.rulebook.source import Path
from ombud.domain.rulebook.words import Version


@dataclass(frozen=True)
class Section:
    """What stands under a key of a book: clauses of the fixed `names`, or of any that `spelling` takes, or, with
    neither, the versions of one clause."""

    names: tuple[str, ...] | None
    spelling: TypeAdapter[str] | None


def clauses(plain: dict[str, Any]) -> Iterator[tuple[str, Path, type[Version], Any]]:
    """(dotted name, path, model of a version, what is written there) of every clause in a book's plain values."""
    for key, field in BookText.model_fields.items():
        if key in plain and key not in Head.model_fields:
            yield from _clauses(key, (key,), field.annotation, plain[key])


def _clauses(name: str, path: Path, annotation: Any, written: Any) -> Iterator[tuple[str, Path, type[Version], Any]]:
    model = version_model(annotation)
    if model is not None:
        yield name, path, model, written
        return
    if isinstance(written, dict):
        for key, value in written.items():
            inner = _inner(annotation, key)
            if inner is not None:
                yield from _clauses(f"{name}.{key}", (*path, key), inner, value)


def _inner(annotation: Any, key: str) -> Any:
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    return field.annotation if (field := annotation.model_fields.get(key)) else None


def version_model(annotation: Any) -> type[Version] | None:
    """The model of a version, where `annotation` is that of a clause; None for a section."""
    if get_origin(annotation) is Annotated:
        return version_model(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        model = get_args(annotation)[0]
        return model if isclass(model) and issubclass(model, Version) else None
    return None


def sections() -> dict[str, Section]:
    """The keys of a book that hold clauses -> what stands under them."""
    found: dict[str, Section] = {}
    for key, field in BookText.model_fields.items():
        model = field.annotation
        if key in Head.model_fields:
            continue
        if get_origin(model) is dict:
            found[key] = Section(None, TypeAdapter(get_args(model)[0]))
        elif isclass(model) and issubclass(model, BaseModel):
            found[key] = Section(tuple(model.model_fields), None)
        else:
            found[key] = Section(None, None)
    return found
