"""One figure as a page shows it: its value and counts, its curve with the limit drawn, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.utils.safestring import SafeString

from ombud.domain.health import Bound, Share, Standing
from ombud.domain.levers import Goal, Lever, after, goal_of, times_until, touches
from ombud.domain.problems import N_
from ombud.languages import _, number
from ombud.store.health import Curve, Figure
from ombud.store.outlook import Outlook
from ombud.web import charts
from ombud.words import health as words
from ombud.words import times

TONES = {Standing.BEYOND: "bad", Standing.REACHED: "warn"}
"""The colour that repeats the word for where a figure stands."""
RISES = frozenset({"lost_cases", "opened_cases"})
"""Counts of which more is worse: their figures are drawn from zero on."""
UNTIL = {
    Lever.WIN: N_("{count} more won, none lost"),
    Lever.COMPLETE: N_("{count} more completed, none lost"),
    Lever.SHIP: N_("{count} more shipped on time, none late"),
    Lever.SCAN: N_("{count} more scanned in time, none late"),
}
"""What must happen so many times for a figure to reach its bound."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that would change a figure, and what it would then be."""

    said: str
    result: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure of one store."""

    figure: Figure
    drawn: SafeString
    days: list[tuple[date, str, str]]  # day, value, counts: the curve as a table
    changes: list[Change]

    @property
    def title(self) -> str:
        """As its book calls it."""
        return words.title(self.figure)

    @property
    def value(self) -> str:
        """In percent, or a plain count."""
        return words.value(self.figure)

    @property
    def base(self) -> str:
        """The counts behind it."""
        return words.base(self.figure)

    @property
    def counted(self) -> str:
        """What these count, in words."""
        part, base = self.figure.counts
        names = [_(words.COUNTED[name]) for name in (part, base) if name]
        return " / ".join(names)

    @property
    def bound(self) -> str:
        """`< 1.00 %`."""
        return words.bound(self.figure)

    @property
    def standing(self) -> str:
        """Where it stands, in a word."""
        return words.standing(self.figure)

    @property
    def tone(self) -> str:
        """The colour of that word."""
        return TONES.get(self.figure.standing, "")

    @property
    def headroom(self) -> str:
        """What remains, in the words of the source."""
        return words.headroom(self.figure)

    @property
    def headroom_tone(self) -> str:
        """The colour of these words."""
        return tone_of_headroom(self.figure)

    @property
    def over(self) -> str:
        """The window."""
        return times.span(self.figure.window)

    @property
    def cases_alone(self) -> bool:
        """Whether it counts what opens: then it is changed before a case is one."""
        return self.figure.counts[0] == "opened_cases"


def tone_of_headroom(figure: Figure) -> str:
    """With nothing remaining the next loss is one too many, though the figure is still within its limit."""
    return TONES.get(figure.standing) or ("warn" if figure.headroom == 0 else "")


def panel(store_id: str, figure: Figure, curve: Curve, outlook: Outlook, at: datetime) -> Panel:
    """A figure with its curve, which ends with its value now."""
    ends = [*curve, (at.date(), figure.share)]
    days = [(day, _said(figure, share), _counts(figure, share)) for day, share in reversed(ends)]
    points = [(day, _value(figure, share)) for day, share in ends]
    said = N_("{title} over {window}, from {first} to {last}: highest {highest}, lowest {lowest}, now {now}.")
    known = [value for _day, value in points if value is not None]
    drawn = charts.curve(
        f"c-{figure.name}",
        words.title(figure),
        _(said).format(
            title=words.title(figure),
            window=times.span(figure.window),
            first=ends[0][0].isoformat(),
            last=ends[-1][0].isoformat(),
            highest=_shown(figure, max(known)) if known else "–",
            lowest=_shown(figure, min(known)) if known else "–",
            now=words.value(figure),
        ),
        points,
        line=line(figure.bound),
        shown=lambda value: _shown(figure, value),
        from_zero=figure.counts[0] in RISES,
    )
    return Panel(figure, drawn, days, list(changes(figure, outlook)))


def spark(figure: Figure, curve: Curve, at: datetime) -> SafeString:
    """The curve of a figure as small as a word."""
    points = [(day, _value(figure, share)) for day, share in [*curve, (at.date(), figure.share)]]
    title = _(N_("{title}: 90 days")).format(title=words.title(figure))
    return charts.spark(title, points, line=line(figure.bound), from_zero=figure.counts[0] in RISES)


def line(bound: Bound) -> charts.Line | None:
    """The bound as it is drawn."""
    if bound.limit is not None:
        return charts.Line(bound.limit, _(N_("limit {rate}")).format(rate=times.rate(bound.limit)))
    if bound.least is not None:
        return charts.Line(bound.least, _(N_("at least {rate}")).format(rate=times.rate(bound.least)), least=True)
    return None


def changes(figure: Figure, outlook: Outlook) -> Iterator[Change]:
    """What would change a figure, from what is open and from what its book counts; each alone, by the counts of now."""
    if figure.counts[1] is None:
        return
    yield from _by_open_cases(figure, outlook.open_cases)
    shipping, scanning = (Lever.SHIP, Lever.SHIP_LATE), (Lever.SCAN, Lever.SCAN_LATE)
    both = (
        (*shipping, outlook.to_ship, N_("Orders still to ship ({count}): all on time"), N_("all late")),
        (*scanning, outlook.to_scan, N_("Parcels without a scan ({count}): all in time"), N_("none in time")),
    )
    for good, bad, count, said, otherwise in both:
        if count and touches(good, figure.counts):
            yield _change(figure, good, count, _(said))
            yield _change(figure, bad, count, _(otherwise))
    yield from _until(figure)
    if figure.counts[0] == "lost_cases" and outlook.oldest_loss is not None:
        leaves = outlook.oldest_loss + figure.window
        said = _(N_("The oldest of the disputes lost leaves the window"))
        yield Change(said, leaves.date().isoformat())


def _by_open_cases(figure: Figure, count: int) -> Iterator[Change]:
    moves = touches(Lever.WIN, figure.counts) or touches(Lever.LOSE, figure.counts)
    if count and moves:
        yield _change(figure, Lever.WIN, count, _(N_("Win the open cases ({count})")))
        yield _change(figure, Lever.LOSE, count, _(N_("Lose the open cases ({count})")))


def _change(figure: Figure, lever: Lever, count: int, said: str) -> Change:
    then = after(figure.share, figure.counts, lever, count)
    standing = figure.bound.standing(then)
    shown = times.rate(then.rate, figure.bound.limit or figure.bound.least)
    return Change(said.format(count=number(count)), shown, TONES.get(standing, ""))


def _until(figure: Figure) -> Iterator[Change]:
    """The fewest times until it is within its bound; where it is, until one more may be lost."""
    goal = goal_of(figure.bound)
    if goal is None or not figure.share.base:
        return
    if figure.standing in (Standing.BEYOND, Standing.REACHED) and (said := fewest(figure, goal)):
        yield Change(said, words.bound(figure))
    remaining = figure.headroom
    if figure.standing is Standing.WITHIN and remaining is not None and figure.bound.limit is not None:
        one_more = Share(figure.share.part + remaining + 1, figure.share.base)
        count = times_until(one_more, figure.counts, Lever.COMPLETE, goal)
        if count:
            result = _(N_("{count} remaining")).format(count=number(remaining + 1))
            yield Change(_(UNTIL[Lever.COMPLETE]).format(count=number(count)), result)


def fewest(figure: Figure, goal: Goal) -> str:
    """What must happen for the goal, in words; empty where nothing leads there."""
    for lever, said in UNTIL.items():
        if touches(lever, figure.counts):
            count = times_until(figure.share, figure.counts, lever, goal)
            if count:
                return _(said).format(count=number(count))
    return ""


def _value(figure: Figure, share: Share) -> Fraction | None:
    return Fraction(share.part) if figure.counts[1] is None else share.rate


def _shown(figure: Figure, value: Fraction) -> str:
    return number(round(value)) if figure.counts[1] is None else times.rate(value)


def _said(figure: Figure, share: Share) -> str:
    value = _value(figure, share)
    return "–" if value is None else _shown(figure, value)


def _counts(figure: Figure, share: Share) -> str:
    return "" if figure.counts[1] is None else f"{share.part} / {share.base}"
