"""What no clause can see alone: the fields, lists and conditions that it names, windows that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from ombud.domain import responses, templates
from ombud.domain.facts import SCANS, Kind
from ombud.domain.instants import format_instant, format_span
from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook import vocabulary
from ombud.domain.rulebook.check_where import where_problems
from ombud.domain.rulebook.clauses.estimates import PriorVersion
from ombud.domain.rulebook.clauses.evidence import EvidenceVersion, KindVersion
from ombud.domain.rulebook.clauses.money import MoneyVersion
from ombud.domain.rulebook.clauses.notices import ResponseVersion
from ombud.domain.rulebook.clauses.rulings import RouteVersion, RulingVersion, SanctionVersion
from ombud.domain.rulebook.clauses.triggers import (
    ConditionVersion,
    CoverVersion,
    TrackVersion,
    TriggerVersion,
)
from ombud.domain.rulebook.references import Entries, Entry, reference_problem
from ombud.domain.rulebook.source import Path, Source
from ombud.domain.rulebook.words import LANGUAGES

_ORDER = frozenset({"store", "order"})
_ALL = frozenset({"store", "order", "parcel", "complaint"})
_HELD = "case.held_minor"

Found = tuple[Path, Problem]


def check(source: Source, entries: Entries) -> list[Problem]:
    """The problems between the clauses of a book, each with its place."""
    found = [each for name, clause in entries.items() for entry in clause for each in _of_version(name, entry, entries)]
    found += _faults_once(entries)
    found += _windows(entries)
    return [problem if problem.place else replace(problem, place=source.place(path)) for path, problem in found]


def _of_version(name: str, entry: Entry, entries: Entries) -> Iterable[Found]:
    version, path = entry.dated.value, entry.path
    match version:
        case CoverVersion():
            yield from _where(version.where, path, _ORDER, entry, entries)
            for key in ("since", "unless"):
                yield from _instants(getattr(version, key), (*path, key), _ORDER)
        case ConditionVersion():
            yield from _where(version.where, path, _ALL, entry, entries)
        case TriggerVersion():
            yield from _trigger(version, entry, entries)
        case TrackVersion():
            yield from _tracks(version, path)
        case EvidenceVersion():
            yield from _evidence(name, version, entry, entries)
        case KindVersion():
            yield from _kind(version, entry, entries)
        case RulingVersion():
            yield from _judged(version, entry, entries)
        case RouteVersion():
            yield from _names("kinds", version.asks, (*path, "asks"), entry, entries)
        case SanctionVersion() if version.figure is not None:
            yield from _names("health", [version.figure], (*path, "figure"), entry, entries)
        case PriorVersion():
            yield from _where(version.where, path, _ALL, entry, entries)
        case MoneyVersion():
            yield from _money(version, path)
        case ResponseVersion():
            yield from _template(version, path)
        case _:
            pass
    if name.startswith("violations."):
        yield from _names("triggers", [name.removeprefix("violations.")], path[:-1], entry, entries, dates=False)


def _where(conditions: Any, path: Path, facts: frozenset[str], entry: Entry, entries: Entries) -> Iterator[Found]:
    for condition in conditions:
        for problem in where_problems(condition, facts, entry.dated, entries):
            yield (*path, "where", vocabulary.word_of(condition)), problem


def _instants(fields: Iterable[str], path: Path, facts: frozenset[str]) -> Iterator[Found]:
    for field in fields:
        if problem := vocabulary.instant_problem(field, facts):
            yield path, problem


def _names(
    section: str, names: Iterable[str], path: Path, entry: Entry, entries: Entries, *, dates: bool = True
) -> Iterator[Found]:
    for name in names:
        problem = reference_problem(section, name, entry.dated, entries)
        if problem is not None and (dates or problem.code != "not_in_force"):
            yield path, problem


def _trigger(version: TriggerVersion, entry: Entry, entries: Entries) -> Iterator[Found]:
    path = entry.path
    if len(set(version.over)) < len(version.over) or ("order" in version.over and len(version.over) > 1):
        text = N_("over is order, parcel, complaint, or both of the last two.")
        yield (*path, "over"), Problem("wrong_over", text)
    facts = _ORDER | set(version.over)
    yield from _where(version.where, path, facts, entry, entries)
    yield from _instants(version.start, (*path, "start"), facts)
    yield from _instants(version.unless, (*path, "unless"), facts)
    if version.each == "complaint" and "complaint" not in version.over:
        yield (*path, "each"), Problem("no_complaint", N_("each: complaint needs complaint under over."))
    if (version.opens == "route") != bool(version.routed_to):
        yield (
            (*path, "opens"),
            Problem("no_route", N_("opens: route and routed_to belong together: here stands only one of them.")),
        )
    for index, route in enumerate(version.routed_to):
        here: Path = (*path, "routed_to", index)
        yield from _where(route.where, here, facts, entry, entries)
        if any(name.startswith("routes.") for name in entries):
            yield from _names("routes", [route.to], (*here, "to"), entry, entries)
        if bool(route.where) == (index == len(version.routed_to) - 1):
            text = N_("The last place of routed_to takes all the rest, so it has no where, and only it has none.")
            yield here, Problem("route_order", text)


def _tracks(version: TrackVersion, path: Path) -> Iterator[Found]:
    codes = next(column.choices for column in SCANS.columns if column.name == "code")
    for key, names in (("virtual_codes", version.virtual_codes), ("stages", tuple(version.stages))):
        for name in names:
            if name not in codes:
                place = (*path, key, name) if key == "stages" else (*path, key)
                yield (
                    place,
                    Problem(
                        "unknown_choice",
                        N_("{field} is never {value!r}."),
                        {"field": "scan.code", "value": name, "known": ", ".join(codes)},
                        mend=N_("Known: {known}."),
                    ),
                )
    pairs = [frozenset(pair.between) for pair in version.least_travel]
    for index, pair in enumerate(pairs):
        if len(pair) < 2 or pair in pairs[:index]:
            text = N_("between names two countries, and each pair stands once.")
            yield (*path, "least_travel", index), Problem("wrong_pair", text)
    for carrier, networks in version.networks.items():
        for network in networks:
            try:
                ip_network(network)
            except ValueError:
                text = N_("{network!r} is no network: write it like 192.0.2.0/24.")
                yield (*path, "networks", carrier), Problem("no_network", text, {"network": network})


def _evidence(name: str, version: EvidenceVersion, entry: Entry, entries: Entries) -> Iterator[Found]:
    violation = name.removeprefix("evidence.")
    yield from _names("triggers", [violation], entry.path[:-1], entry, entries, dates=False)
    over = {fact for trigger in entries.get(f"triggers.{violation}", ()) for fact in trigger.dated.value.over}
    for index, ask in enumerate(version.asks):
        here: Path = (*entry.path, "asks", index)
        yield from _names("kinds", [ask.kind], (*here, "kind"), entry, entries)
        yield from _where(ask.where, here, _ORDER | over, entry, entries)


def _judged(version: RulingVersion, entry: Entry, entries: Entries) -> Iterator[Found]:
    for index, judged in enumerate(version.judges):
        here: Path = (*entry.path, "judges", index)
        yield from _names("triggers", judged.violations, (*here, "violations"), entry, entries, dates=False)
        yield from _where(judged.where, here, _ALL, entry, entries)


def _kind(version: KindVersion, entry: Entry, entries: Entries) -> Iterator[Found]:
    yield from _names("marks", version.shows, (*entry.path, "shows"), entry, entries)
    if version.no_later_than is not None:
        yield from _instants([version.no_later_than], (*entry.path, "no_later_than"), _ORDER)
    for files in entries.get("files", ()):
        overlap = files.dated.holds_at(entry.dated.valid_from) or entry.dated.holds_at(files.dated.valid_from)
        for format_ in version.formats:
            if overlap and format_ not in files.dated.value.formats:
                text = N_("The gate takes no {format}: see files.")
                yield (*entry.path, "formats"), Problem("format_refused", text, {"format": format_})


def _money(version: MoneyVersion, path: Path) -> Iterator[Found]:
    wanted: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("base", lambda field: field == _HELD or _kind_of(field) is Kind.MONEY),
        ("less", lambda field: field is None or _kind_of(field) is Kind.MONEY),
        ("rate", lambda field: field is None or _kind_of(field) is Kind.FRACTION),
    )
    for index, line in enumerate(version.lines):
        here: Path = (*path, "lines", index)
        for key, fits in wanted:
            field = getattr(line, key)
            if not fits(field) or (field is not None and field != _HELD and field.split(".")[0] not in _ORDER):
                no_money = N_("{field} is no money of an order, its store or its case.")
                no_fraction = N_("{field} is no fraction of an order, its store or its case.")
                text = no_fraction if key == "rate" else no_money
                yield (*here, key), Problem("no_money_field", text, {"field": field})
        if line.name in [each.name for each in version.lines[:index]]:
            yield (*here, "name"), Problem("line_twice", N_("There are two lines {name}."), {"name": line.name})
        if line.debit == line.credit:
            text = N_("Money moves from one account to another, not from {account} to itself.")
            yield (*here, "credit"), Problem("one_account", text, {"account": line.debit})


def _template(version: ResponseVersion, path: Path) -> Iterator[Found]:
    for index, name in enumerate(version.fields):
        if name not in responses.FIELDS:
            text, mend = N_("There is no field {field}."), N_("`ombud template fields` lists them.")
            yield (*path, "fields", index), Problem("unknown_field", text, {"field": name}, mend=mend)
    fields = {name: rows for name, rows in responses.FIELDS.items() if name in version.fields}
    for language in LANGUAGES:
        for problem in templates.problems_of(version.template.speak(language), fields):
            yield (*path, "template", language), problem


def _kind_of(field: str | None) -> Kind | None:
    column = vocabulary.column(field) if field else None
    return column.kind if column else None


def _faults_once(entries: Entries) -> Iterator[Found]:
    """Two codes for one fault at one instant would leave it open which to give."""
    reasons = [(name, entry) for name, clause in entries.items() if name.startswith("reasons.") for entry in clause]
    for index, (name, entry) in enumerate(reasons):
        for other, before in reasons[:index]:
            together = before.dated.holds_at(entry.dated.valid_from) or entry.dated.holds_at(before.dated.valid_from)
            if name != other and together and entry.dated.value.fault == before.dated.value.fault:
                text = N_("The fault {fault} already has the code {code}.")
                values = {"fault": entry.dated.value.fault, "code": other.removeprefix("reasons.")}
                yield (*entry.path, "fault"), Problem("fault_twice", text, values)


def _windows(entries: Entries) -> Iterator[Found]:
    """Response and review must fit into the whole case, whichever versions are in force together."""
    names = ("whole_case", "response", "review_most", "review_least")
    windows = {name: entries.get(f"windows.{name}", ()) for name in names}
    begins = {entry.dated.valid_from: entry.path for clause in windows.values() for entry in reversed(clause)}
    for start, path in begins.items():
        whole, response, most, least = (_span_at(windows[name], start) for name in names)
        taken = (response or timedelta()) + (most or timedelta())
        if whole is not None and taken > whole:
            text = N_("From {at} on, response and review_most take {taken}, and the whole case at most {whole}.")
            values = {"at": format_instant(start), "taken": format_span(taken), "whole": format_span(whole)}
            mend = N_("Shorten one of them, or lengthen whole_case.")
            yield path, Problem("windows_do_not_fit", text, values, mend=mend)
        if least is not None and most is not None and least > most:
            text = N_("review_least is longer than review_most from {at} on.")
            yield path, Problem("review_reversed", text, {"at": format_instant(start)})


def _span_at(clause: tuple[Entry, ...], at: datetime) -> timedelta | None:
    return next((entry.dated.value.value for entry in clause if entry.dated.holds_at(at)), None)
