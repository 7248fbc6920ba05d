"""What an estimate needs to know, and priors: percentages about the world that weigh a risk and never decide a case."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ombud.domain.rulebook.words import Number, Part, Span, Texts, Version, Where, Word


class PriorVersion(Version):
    """Something that makes the opening or the winning of a case more or less likely. For estimates only."""

    affects: Literal["opening", "winning"]
    effect: Literal["raises", "lowers"]
    factor: Number | None = None
    """Times the mean, or times what it is otherwise, where the source gives a figure."""
    where: Where = ()
    """When it applies, where facts can tell."""
    title: Texts


class Need(Part):
    name: Word
    title: Texts
    window: Span | None = None


class NeedsVersion(Version):
    """Papers or figures that must be at hand."""

    needs: Annotated[tuple[Need, ...], Field(min_length=1)]
