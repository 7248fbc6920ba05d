"""The page of one case: the clock leads, then what to do and the money; then what happened and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.cli import cells, say, tracks
from ombud.cli.grid import flow, sentence, shortened
from ombud.cli.say import _
from ombud.domain.cases import EventKind, State, move
from ombud.domain.conditions import holds
from ombud.domain.countdown import Countdown, countdown
from ombud.domain.instants import format_instant
from ombud.domain.ledger import Entry, balances
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import EvidenceItem, Rulebook
from ombud.store import books
from ombud.store.case_file import CaseFile

_HAPPENED: tuple[tuple[str, str], ...] = (
    ("paid_at", N_("paid")),
    ("ship_by", N_("promised to be shipped")),
    ("shipped_at", N_("marked shipped")),
    ("delivered_at", N_("marked delivered")),
    ("completed_at", N_("completed")),
    ("cancelled_at", N_("cancelled")),
)
_STEPS = {"opened": N_("case opened"), "window_closed": N_("window shut")}
_COMPLAINTS = {
    "not_received": N_("not received"),
    "item_mismatch": N_("item mismatch"),
    "not_as_described": N_("not as described"),
    "other": N_("something else"),
}
_ACCOUNTS = {
    "settlement": N_("settlement"),
    "held": N_("held"),
    "platform": N_("platform"),
    "buyer": N_("buyer"),
    "protection": N_("dispute protection"),
}
_GOODS = {
    "physical": N_("physical"),
    "virtual": N_("virtual"),
    "made_to_order": N_("made to order"),
    "adult": N_("adult"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A piece of evidence that the book asks for in this case."""

    item: EvidenceItem
    cite: str


def draw(file: CaseFile, at: datetime, width: int) -> RenderableType:
    """The page for a terminal of `width` columns."""
    case, book = file.case, books.kept(file.case.rulebook_id)
    left = countdown(case.due_at, at)
    parts: list[RenderableType] = [_head(file, book, left, at, width), _next_step(file, left, at, width)]
    parts += [_section(_("Why")), _why(file, book, width)]
    parts += [_section(_("Money")), _money(file, book)]
    parts += [_section(_("What is asked for")), _evidence(file, book)]
    parts += [_section(_("What happened")), _timeline(file, at)]
    for track in file.tracks:
        opened_it = (track.parcel.carrier, track.parcel.tracking_number) == (case.carrier, case.tracking_number)
        parts += [_section(tracks.title(track)), *tracks.draw(track, case.fires_at if opened_it else None, width - 4)]
    parts += [_section(_("Order")), _order(file), _section(_("History")), _history(file)]
    return Group(*parts)


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _is_open(file: CaseFile, at: datetime) -> bool:
    return file.case.closed_at is None or file.case.closed_at > at


def _state(file: CaseFile, book: Rulebook, at: datetime) -> tuple[str, str]:
    """Our state and the platform's word for it, at `at`: the kept ones, or by the history of an earlier instant."""
    case = file.case
    if case.closed_at is None or case.closed_at <= at:
        return case.state, case.platform_status
    state: State | None = None
    for event in file.events:
        state = move(state, EventKind(event.kind))
    return str(state or case.state), books.word_for(book, str(state or case.state), at)


def _head(file: CaseFile, book: Rulebook, left: Countdown, at: datetime, width: int) -> RenderableType:
    case, store = file.case, file.store
    first = [Text(left.say(_), style=cells.COLOURS[left.urgency]) if _is_open(file, at) else Text(_("closed"), "dim")]
    if _is_open(file, at) and left.left > timedelta():
        first.append(Text(left.word(_), style="dim"))
    first.append(Text(f"{cells.minutes(case.due_at)} UTC · {cells.in_zone(case.due_at, store.timezone)}"))
    amount = format_amount(case.held_minor, case.currency)
    first.append(Text(_("{amount} held").format(amount=amount), style="bold"))
    second = [Text(_title(file, book), style="bold"), Text(f"#{case.case_id} · {_state(file, book, at)[1]}")]
    second.append(Text(_("order {order}").format(order=case.order_id)))
    third = [Text(words, style="dim") for words in (book.title.speak(say.language()), store.site, store.store_id)]
    return Group(flow(first, width, between="   "), flow(second, width, between="   "), flow(third, width))


def _title(file: CaseFile, book: Rulebook) -> str:
    found = books.version(book, f"violations.{file.case.violation}", file.case.fires_at)
    return found.value.title.speak(say.language()) if found else file.case.violation


def _next_step(file: CaseFile, left: Countdown, at: datetime, width: int) -> Text:
    case = file.case
    amount = format_amount(case.held_minor, case.currency)
    if case.closed_at is not None and case.closed_at <= at:
        words = _("Closed as {status} at {at} UTC; {amount} is held until it is settled.")
        said = words.format(status=case.platform_status, at=cells.minutes(case.closed_at), amount=amount)
        return sentence(said, width)
    if left.left <= timedelta():
        words = _("The window shut at {at} UTC: nothing is taken any more. The next sweep closes the case as lost.")
        return sentence(words.format(at=cells.minutes(case.due_at)), width, "red")
    words = _("Next: hand in what is asked for by {at} UTC, or lose the case and {amount} with it.")
    return sentence(words.format(at=cells.minutes(case.due_at), amount=amount), width)


def _why(file: CaseFile, book: Rulebook, width: int) -> RenderableType:
    case = file.case
    version = books.cited(book, case.clause)
    table = cells.plain_table()
    table.add_row(
        _("fired"), f"{cells.minutes(case.fires_at)} UTC · {cells.in_zone(case.fires_at, file.store.timezone)}"
    )
    if case.tracking_number:
        table.add_row(_("parcel"), f"{case.carrier} {case.tracking_number}")
    if case.complaint_id:
        table.add_row(_("complaint"), case.complaint_id)
    cite = f" · {version.cite}" if version else ""
    table.add_row(_("clause"), f"{case.clause}{cite}")
    room = width - max(cell_len(str(name)) for name in table.columns[0].cells) - 2 * len(table.columns)
    for row in version.cite.split(", ") if version else ():
        if row in book.rows:
            table.add_row("", sentence(f"{row}: {_(book.rows[row])}", room, "dim"))
    return table


def _money(file: CaseFile, book: Rulebook) -> RenderableType:
    if not file.postings:
        return cells.indented(_("Nothing has been posted."))
    table = cells.plain_table()
    table.columns[1].justify = "right"
    titles = _line_titles(book, file.case.opened_at)
    for posting in file.postings:
        table.add_row(
            titles.get(posting.line, posting.line),
            format_amount(posting.amount_minor, posting.currency),
            Text(f"{_account(posting.debit)} → {_account(posting.credit)} · {posting.clause}", style="dim"),
        )
    for (account, currency), amount in sorted(balances(_entries(file)).items()):
        table.add_row(Text(_account(account), style="dim"), Text(format_amount(amount, currency), style="dim"))
    return table


def _account(name: str) -> str:
    return _(_ACCOUNTS.get(name, name))


def _entries(file: CaseFile) -> Iterator[Entry]:
    for posting in file.postings:
        yield Entry(posting.line, posting.debit, posting.credit, posting.currency, posting.amount_minor)


def _line_titles(book: Rulebook, at: datetime) -> dict[str, str]:
    """Titles of money lines by their names; only the text as written has them."""
    titles: dict[str, str] = {}
    for clause in book.under("money"):
        version = books.version(book, f"money.{clause}", at)
        for line in version.written.get("lines", ()) if version else ():
            titles[line["name"]] = line.get("title", {}).get(say.language(), line["name"])
    return titles


def _asked(file: CaseFile, book: Rulebook) -> list[Asked]:
    """What the book asks for in this case: the items whose conditions hold for its order."""
    case = file.case
    version = books.version(book, f"evidence.{case.violation}", case.opened_at)
    if version is None:
        return []
    rules_at = None if book.starts_at <= case.fires_at else book.starts_at
    row = file.row()
    return [
        Asked(item, version.cite)
        for item in version.value
        if holds(item.where, row, start=case.fires_at, book=book, rules_at=rules_at)
    ]


def _evidence(file: CaseFile, book: Rulebook) -> RenderableType:
    asked = _asked(file, book)
    if not asked:
        return cells.indented(_("The book asks for nothing."))
    table = cells.plain_table()
    for one in asked:
        words = _("required") if one.item.required else _("helps")
        table.add_row(
            Text(f"[{words}]", style="" if one.item.required else "dim"), one.item.title.speak(say.language())
        )
    return table


def _timeline(file: CaseFile, at: datetime) -> RenderableType:
    promised = (file.order.ship_by, file.case.due_at)
    rows = sorted((row for row in _instants(file) if row[0] <= at or row[0] in promised), key=lambda row: row[0])
    table = cells.plain_table()
    for instant, words in rows:
        ahead = instant > at
        said = _("{words} (ahead)").format(words=words) if ahead else words
        style = "dim" if ahead else ""
        table.add_row(
            Text(cells.minutes(instant), style=style),
            Text(cells.in_zone(instant, file.store.timezone), style="dim"),
            Text(said, style=style),
        )
    return table


def _instants(file: CaseFile) -> Iterator[tuple[datetime, str]]:
    for name, words in _HAPPENED:
        instant = getattr(file.order, name)
        if instant is not None:
            yield instant, _(words)
    for track in file.tracks:
        number = shortened(track.parcel.tracking_number, 16)
        yield track.parcel.registered_at, _("number {number} put on the order").format(number=number)
        if track.parcel.first_scan_at:
            yield track.parcel.first_scan_at, _("first scan of {number}").format(number=number)
        if track.parcel.delivered_at:
            yield track.parcel.delivered_at, _("{number} delivered by the track").format(number=number)
    for complaint in file.complaints:
        kind = _(_COMPLAINTS.get(complaint.kind, complaint.kind))
        yield complaint.opened_at, _("buyer complains: {kind}").format(kind=kind)
        if complaint.withdrawn_at:
            yield complaint.withdrawn_at, _("buyer withdraws the complaint")
    case = file.case
    yield case.fires_at, _("{violation} fires").format(violation=_title(file, books.kept(case.rulebook_id)))
    yield case.opened_at, _("case opened")
    yield case.due_at, _("window shuts")


def _order(file: CaseFile) -> RenderableType:
    order = file.order
    table = cells.plain_table()
    table.add_row(_("amount"), format_amount(order.amount_minor, order.currency))
    table.add_row(_("shipping"), format_amount(order.shipping_minor, order.currency))
    if order.refunded_minor:
        table.add_row(_("refunded"), format_amount(order.refunded_minor, order.currency))
    table.add_row(_("buyer"), order.buyer_id)
    table.add_row(_("gateway"), order.gateway)
    if order.category:
        table.add_row(_("category"), order.category)
    for one in file.lines:
        amount = format_amount(one.price_minor, order.currency)
        table.add_row(
            _("line {line}").format(line=one.line),
            f"{one.quantity} × {one.sku}  {amount}  {_(_GOODS.get(one.kind, one.kind))}",
        )
    if file.messages:
        table.add_row(_("messages"), str(len(file.messages)))
    return table


def _history(file: CaseFile) -> RenderableType:
    table = cells.plain_table()
    for event in file.events:
        words = _(_STEPS.get(event.kind, event.kind))
        table.add_row(str(event.seq), cells.minutes(event.at), words, Text(event.actor, style="dim"))
    return table


_CASE = ("case_id", "violation", "state", "platform_status", "fires_at", "opened_at", "due_at", "closed_at", "clause")
_POSTING = ("posting_id", "line", "debit", "credit", "amount_minor", "currency", "clause", "at")
_SCAN = ("scanned_at", "code", "country", "city", "signed_by", "source_ip")


def as_json(file: CaseFile, at: datetime) -> dict[str, Any]:
    """Everything on the page for programs: instants in ISO 8601 UTC, money in minor units."""
    case, book = file.case, books.kept(file.case.rulebook_id)
    version = books.cited(book, case.clause)
    left = countdown(case.due_at, at)
    return {
        "at": format_instant(at),
        **_row(case, *_CASE),
        **dict(zip(("state", "platform_status"), _state(file, book, at), strict=True)),
        "closed_at": None if _is_open(file, at) else _plain_value(case.closed_at),
        "title": _title(file, book),
        "left_seconds": left.left // timedelta(seconds=1),
        "urgency": str(left.urgency),
        "due_at_store": cells.iso_in_zone(case.due_at, file.store.timezone),
        "cite": version.cite if version else None,
        "rulebook": {"name": book.name, "digest": book.digest},
        **_row(case, "held_minor", "currency"),
        "postings": [_row(posting, *_POSTING) for posting in file.postings],
        "evidence": [_evidence_json(one) for one in _asked(file, book)],
        "store": _row(file.store, "store_id", "platform", "site", "country", "timezone", "tier"),
        "order": _columns(file.order),
        "lines": [_columns(one) for one in file.lines],
        "parcels": [
            {**_columns(track.parcel), "scans": [_row(scan, *_SCAN) for scan in track.scans]} for track in file.tracks
        ],
        "complaints": [_columns(one) for one in file.complaints],
        "messages": [_columns(one) for one in file.messages],
        "history": [_row(event, "seq", "kind", "at", "actor", "data") for event in file.events],
    }


def _evidence_json(one: Asked) -> dict[str, Any]:
    title = one.item.title.speak(say.language())
    return {"kind": one.item.kind, "required": one.item.required, "title": title, "cite": one.cite}


def _columns(row: Model) -> dict[str, Any]:
    return _row(row, *(column.attname for column in row._meta.concrete_fields if column.attname != "known_at"))


def _row(row: object, *names: str) -> dict[str, Any]:
    return {name: _plain_value(getattr(row, name)) for name in names}


def _plain_value(value: Any) -> Any:
    return format_instant(value) if isinstance(value, datetime) else value
