"""The page of one case: the clock leads, then what to do and the money; then what happened and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.cli import case_story, case_words, cells, evidence_page, say, tracks
from ombud.cli.grid import flow, sentence
from ombud.cli.say import _
from ombud.domain.cases import ENDS, State
from ombud.domain.countdown import Awaits, Clock, clock_of
from ombud.domain.ledger import Entry, balances
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.store import books, drafts
from ombud.store.asked import Asked, asked_of
from ombud.store.case_file import CaseFile
from ombud.words import next_steps, story

_GOODS = {
    "physical": N_("physical"),
    "virtual": N_("virtual"),
    "made_to_order": N_("made to order"),
    "adult": N_("adult"),
}


def draw(file: CaseFile, at: datetime, width: int) -> RenderableType:
    """The page for a terminal of `width` columns. Raises OmbudError where the case was not there yet at `at`."""
    case, book = file.case, books.kept(file.case.rulebook_id)
    clock = clock_of(file.standing)
    parts: list[RenderableType] = [_head(file, book, clock, at, width), *_next_step(file, book, clock, at, width)]
    parts += [_section(_("Why")), _why(file, book, width)]
    parts += [_section(_("Money")), _money(file, book)]
    parts += [_section(_("What is asked for")), _evidence(asked_of(file, book))]
    if file.standing.state not in ENDS and drafts.lies_ready(case.case_id, at):
        lying = evidence_page.page(case, at)
        parts += [_section(_("What lies ready")), *evidence_page.ready(lying, width, whole=False)]
    if file.submissions:
        parts += [_section(_("Handed in")), *case_story.handed_in(file, book, width)]
    parts += [_section(_("What happened")), case_story.timeline(file, book, clock, at)]
    for track in file.tracks:
        opened_it = (track.parcel.carrier, track.parcel.tracking_number) == (case.carrier, case.tracking_number)
        parts += [_section(tracks.title(track)), *tracks.draw(track, case.fires_at if opened_it else None, width - 4)]
    parts += [_section(_("Order")), _order(file), _section(_("History")), case_story.history(file, book, at)]
    return Group(*parts)


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _head(file: CaseFile, book: Rulebook, clock: Clock, at: datetime, width: int) -> RenderableType:
    case, store, standing = file.case, file.store, file.standing
    left, means = case_words.clock_lines(clock, at)
    first = [Text(line.text, style=line.style) for line in (left, means) if line.text]
    shown = clock.until or standing.closed_at
    if shown is not None:
        first.append(Text(f"{cells.minutes(shown)} UTC · {cells.in_zone(shown, store.timezone)}"))
    if standing.settled_at is None and standing.held_minor:
        amount = format_amount(standing.held_minor, case.currency)
        first.append(Text(_("{amount} held").format(amount=amount), style="bold"))
    second = [Text(case_words.title(case), style="bold"), Text(f"#{case.case_id} · {_status(file)}")]
    second.append(Text(_("order {order}").format(order=case.order_id)))
    third = [Text(words, style="dim") for words in (book.title.speak(say.language()), store.site, store.store_id)]
    return Group(flow(first, width, between="   "), flow(second, width, between="   "), flow(third, width))


def _status(file: CaseFile) -> str:
    """The platform's word for the state that the case was in, with ours beside it where that says more."""
    state = file.standing.state
    kept = file.case.platform_status if file.case.state == state else ""
    ours, said = case_words.state(state), case_words.status(file.case, state, kept)
    same = said.casefold() == ours.casefold() or state is State.OPENED
    return said if same else f"{said} · {ours}"


def _next_step(file: CaseFile, book: Rulebook, clock: Clock, at: datetime, width: int) -> Iterator[RenderableType]:
    if before := next_steps.handed_in(file, clock):
        yield sentence(before, width)
    late = next_steps.is_late(clock, at)
    yield sentence(next_steps.sentence(file, book, clock, at, _ELSEWHERE), width, "red" if late else "")
    if clock.awaits is Awaits.ANSWER and not late:
        yield from case_story.to_mend(file, book, width)


_ELSEWHERE = N_("{handled_by} decides; it is no dispute of this platform. `ombud outcome {case}` records how it ended.")


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
    if case.route:
        table.add_row(_("decided by"), case_words.handled_by(book, case.route, case.opened_at))
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
    since = file.case.opened_at
    causes = {event.event_id: event for event in file.events}
    for posting in file.postings:
        cause = causes[posting.cause_id]
        ways = f"{case_words.account(posting.debit, book, since)} → {case_words.account(posting.credit, book, since)}"
        table.add_row(
            case_words.money_line(posting.line, posting.clause, book),
            format_amount(posting.amount_minor, posting.currency),
            Text(f"{ways} · {posting.clause} · {story.name(cause.kind)}", style="dim"),
        )
    for (account, currency), amount in sorted(balances(_entries(file)).items()):
        words = case_words.account(account, book, since)
        table.add_row(Text(words, style="dim"), Text(format_amount(amount, currency), style="dim"))
    return table


def _entries(file: CaseFile) -> Iterator[Entry]:
    for posting in file.postings:
        yield Entry(posting.line, posting.debit, posting.credit, posting.currency, posting.amount_minor)


def _evidence(asked: tuple[Asked, ...]) -> RenderableType:
    if not asked:
        return cells.indented(_("The book asks for nothing."))
    table = cells.plain_table()
    for one in asked:
        words = _("required") if one.required else _("helps")
        table.add_row(Text(f"[{words}]", style="" if one.required else "dim"), one.title.speak(say.language()))
    return table


def _order(file: CaseFile) -> RenderableType:
    order = file.order
    table = cells.plain_table()
    table.add_row(_("amount"), format_amount(order.amount_minor, order.currency))
    table.add_row(_("shipping"), format_amount(order.shipping_minor, order.currency))
    if order.refunded_minor:
        table.add_row(_("refunded"), format_amount(order.refunded_minor, order.currency))
    table.add_row(_("buyer"), order.buyer_id)
    if file.recipient:
        table.add_row(_("recipient"), file.recipient.name)
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
