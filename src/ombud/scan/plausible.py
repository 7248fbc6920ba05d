"""Tracks that no parcel can have (O5): scans out of order, too fast from country to country, from a foreign network.

Judging a track means sorting its scans, which is dear over a history of scans. So a first look, riding along with the
aggregates of the fold, says which tracks may be broken: it never misses one. Only those are sorted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.rulebook import Tracks
from ombud.domain.triggers.predicates import instant, span
from ombud.domain.triggers.windows import Window
from ombud.scan.networks import foreign_addresses

NUMBER = ["carrier", "tracking_number"]
_RULES = ("order_of_codes", "travel_speed", "source_network")
"""In this order they are named where one scan breaks several."""


class FirstLook:
    """What must be known of each track to tell whether it may be broken under `tracks`: aggregates, and a predicate."""

    def __init__(self, scans: ir.Table, tracks: Iterable[Tracks]) -> None:
        self.scans = scans
        self.aggregates: dict[str, Any] = {}
        self._names: dict[object, str] = {}
        self._doubts = [doubt for each in tracks for doubt in (*self._order(each), *self._speed(each))]

    def may_be_broken(self, rows: ir.Table) -> Any:
        """True for every track that breaks a rule on order or speed, and for some others; `rows`: the aggregates."""
        return reduce(or_, (doubt(rows).fill_null(False) for doubt in self._doubts), ibis.literal(value=False))

    def _named(self, aggregate: Any) -> str:
        name = self._names.setdefault(aggregate.op(), f"look_{len(self._names)}")
        self.aggregates[name] = aggregate
        return name

    def _order(self, tracks: Tracks) -> list[Any]:
        """A track runs backwards only if, for some stage, a scan beyond it is older than one that is not."""
        at, code = self.scans.scanned_at, self.scans.code
        doubts = []
        for cut in sorted(set(tracks.stages.values()))[:-1]:
            last = self._named(at.max(where=code.isin([c for c, stage in tracks.stages.items() if stage <= cut])))
            first = self._named(at.min(where=code.isin([c for c, stage in tracks.stages.items() if stage > cut])))
            doubts.append(lambda rows, last=last, first=first: rows[last] > rows[first])
        return doubts

    def _speed(self, tracks: Tracks) -> list[Any]:
        """A track is too fast only if the scans of two countries lie closer than the least travel time between them.

        Countries that the book names are told apart; all others are one, and a track through two of them is doubted.
        """
        at, code, country = self.scans.scanned_at, self.scans.code, self.scans.country
        moves = code.notin(tracks.virtual_codes)
        named = sorted(frozenset().union(*tracks.least_travel, tracks.destinations.values()))
        inside = {place: moves & (country == place) for place in named}
        other = moves & country.notin(named) if named else moves & country.notnull()
        ends = {
            place: (self._named(at.min(where=where)), self._named(at.max(where=where)))
            for place, where in {**inside, "": other}.items()
        }
        one, another = self._named(country.min(where=other)), self._named(country.max(where=other))
        doubts: list[Any] = [lambda rows: rows[one] != rows[another]]
        for a, b in combinations(ends, 2):
            least = span(_least_travel(tracks, a, b))
            (first_a, last_a), (first_b, last_b) = ends[a], ends[b]
            doubts.append(
                lambda rows, least=least, fa=first_a, la=last_a, fb=first_b, lb=last_b: (
                    (rows[fb] < rows[la] + least) & (rows[fa] < rows[lb] + least)
                )
            )
        return doubts


def breaks(doubted: ir.Table, scans: ir.Table, judged: Iterable[tuple[Window, Tracks]]) -> ir.Table | None:
    """The scan that breaks each track: carrier, tracking_number, broken_at, broken_by; None where no rule is there.

    doubted: the scans of the tracks that may be broken. scans: all of them, for the networks. judged: the rules, each
    with the instants of the scans that it judges.
    """
    parts = []
    for window, tracks in judged:
        if tracks.stages:
            parts.append(_out_of_order(doubted, tracks).filter(_within(window)))
        parts.append(_too_fast(doubted, tracks).filter(_within(window)))
        if networks := {carrier: several for carrier, several in tracks.networks.items() if several}:
            parts.append(_from_elsewhere(scans, networks).filter(_within(window)))
    if not parts:
        return None
    found = parts[0] if len(parts) == 1 else ibis.union(*parts)
    place = ibis.row_number().over(
        group_by=[found.carrier, found.tracking_number],
        order_by=[found.broken_at, found.rule, found.code],
    )
    found = found.mutate(place=place)
    return found.filter(found.place == 0).select(*NUMBER, "broken_at", "broken_by")


def _within(window: Window) -> Any:
    within: Any = ibis.literal(value=True)
    if window.first is not None:
        within &= ibis._.broken_at >= instant(window.first)
    if window.until is not None:
        within &= ibis._.broken_at < instant(window.until)
    return within


def _out_of_order(scans: ir.Table, tracks: Tracks) -> ir.Table:
    scans = _staged(scans, tracks)
    scans = scans.filter(scans.stage.notnull())
    scans = _beside_previous(scans)
    return _told(scans.filter(scans.previous_stage > scans.stage), "order_of_codes")


def _too_fast(scans: ir.Table, tracks: Tracks) -> ir.Table:
    scans = _staged(scans, tracks)
    scans = scans.filter(scans.country.notnull(), scans.code.notin(tracks.virtual_codes))
    scans = _beside_previous(scans)
    a, b = scans.previous_country, scans.country
    arrives: Any = scans.previous_scanned_at + span(tracks.least_travel_default)
    for pair, least in tracks.least_travel.items():
        arrives = ibis.ifelse(a.isin(list(pair)) & b.isin(list(pair)), scans.previous_scanned_at + span(least), arrives)
    return _told(scans.filter(a != b, scans.scanned_at < arrives), "travel_speed")


def _from_elsewhere(scans: ir.Table, networks: dict[str, tuple[str, ...]]) -> ir.Table:
    foreign = foreign_addresses(scans, networks)
    scans = scans.inner_join(foreign, ["carrier", "source_ip"])
    own: Any = ibis.literal("[]")
    for carrier, several in networks.items():
        own = ibis.ifelse(scans.carrier == carrier, json.dumps(list(several)), own)
    scan = _scan_told(scans.scanned_at, scans.code, scans.country, scans.source_ip)
    return _found(scans, "source_network", _text("[", scan, '],"carrier":"', scans.carrier, '","networks":', own))


def _staged(scans: ir.Table, tracks: Tracks) -> ir.Table:
    stage: Any = ibis.null("int64")
    for code, reached in tracks.stages.items():
        stage = ibis.ifelse(scans.code == code, ibis.literal(reached, type="int64"), stage)
    return scans.mutate(stage=stage)


def _beside_previous(scans: ir.Table) -> ir.Table:
    """Each scan beside the one before it. What was scanned at one instant is taken in the order that a parcel runs."""
    previous = ibis.window(
        group_by=[scans.carrier, scans.tracking_number],
        order_by=[scans.scanned_at, scans.stage.fill_null(-1), scans.code],
    )
    return scans.mutate(
        previous_scanned_at=scans.scanned_at.lag().over(previous),
        previous_code=scans.code.lag().over(previous),
        previous_country=scans.country.lag().over(previous),
        previous_stage=scans.stage.lag().over(previous),
    )


def _told(scans: ir.Table, rule: str) -> ir.Table:
    before = _scan_told(scans.previous_scanned_at, scans.previous_code, scans.previous_country)
    scan = _scan_told(scans.scanned_at, scans.code, scans.country)
    return _found(scans, rule, _text("[", before, ",", scan, "]"))


def _found(scans: ir.Table, rule: str, told: Any) -> ir.Table:
    return scans.select(
        *NUMBER,
        broken_at=scans.scanned_at,
        rule=ibis.literal(_RULES.index(rule), type="int8"),
        code=scans.code,
        broken_by=_text(f'{{"rule":"{rule}","scans":', told, "}"),
    )


def _scan_told(at: Any, code: Any, country: Any, source_ip: Any = None) -> Any:
    """A scan as JSON. Codes, countries and addresses are checked on their way in: nothing in them needs a backslash."""
    parts = ['{"at":"', _written(at), '","code":"', code, '","country":', _quoted(country)]
    if source_ip is not None:
        parts += [',"source_ip":"', source_ip, '"']
    return _text(*parts, "}")


def _written(at: Any) -> Any:
    """As `format_instant` does. The engine's session is in UTC."""
    text = at.strftime("%Y-%m-%d") + ibis.literal("T") + at.strftime("%H:%M:%S.%f") + ibis.literal("Z")
    return text.replace(".000000Z", "Z")


def _quoted(value: Any) -> Any:
    return ibis.ifelse(value.isnull(), "null", _text('"', value, '"'))


def _text(*parts: Any) -> Any:
    return reduce(lambda a, b: a + b, (ibis.literal(part) if isinstance(part, str) else part for part in parts))


def _least_travel(tracks: Tracks, a: str, b: str) -> timedelta:
    return tracks.least_travel.get(frozenset((a, b)), tracks.least_travel_default)
