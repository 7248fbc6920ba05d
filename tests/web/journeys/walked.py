"""A world in which every page has something to show, and the addresses of all of them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.urls import reverse
from PIL import Image, ImageDraw

from ombud.actions import alerts, people, reports
from ombud.actions.drafts import NewPiece
from ombud.actions.reports import Filled
from ombud.domain.roles import Role, Side
from ombud.people.models import Member
from ombud.store import report_links
from ombud.store.models import Case, DraftPiece, Sanction, Store
from tests.actions import taking
from tests.actions.evidence import ready
from tests.actions.ruled import NUMBER, hand_in
from tests.actions.taking import BOOKS, DAY, HOUR, START
from tests.web.journeys.site import Site
from tests.web.members import a_member, an_organisation

NOW = START + 6 * DAY + HOUR
MINE = "s1"
DISPUTED = "lumen-us"
COMPLETED = 240


@dataclass(frozen=True)
class Walked:
    """people: who looks, by side; None: somebody without a login. pages: their addresses, by a name for each."""

    site: Site
    people: dict[str, Member | None]
    pages: dict[str, dict[str, str]]


def make(site: Site) -> Walked:
    """Orders of two platforms, some of which became cases: one that waits for an answer and has a file ready, one that
    a person reviews, one lost to the clock, disputes lost and open; a buyer who reported and one who may."""
    _facts()
    site.goes_on(START + 3 * DAY)
    reviewed = hand_in(Case.objects.get(order_id="o1"), "logo_missing", at=START + 4 * DAY, unsure=True)
    reports.report(
        "r1",
        Filled("not_received", "门口没有包裹。", "once"),
        look=lambda _file, _format: (),
        at=START + 5 * DAY,
        books=BOOKS,
    )
    site.goes_on(NOW)
    _flags()
    waiting, lost = Case.objects.get(order_id="o2"), Case.objects.get(order_id="o3")
    ready(waiting, NewPiece("o2_shipment_ru.png", io.BytesIO(_waybill()), kind="waybill"), at=NOW - HOUR)
    seller = a_member(an_organisation(Side.SELLER, "Lumen", *Store.objects.all()), Role.OWNER)
    operator = a_member(an_organisation(Side.OPERATOR, "Market"), Role.ADMIN)
    a_member(seller.organisation, Role.AGENT)
    return Walked(
        site,
        {"seller": seller, "operator": operator, "buyer": None, "stranger": None},
        {
            "seller": _of_seller(waiting, reviewed, lost) | _settings(seller),
            "operator": _of_operator(reviewed, lost),
            "buyer": _of_buyer(),
            "stranger": _of_stranger(seller),
        },
    )


def _facts() -> None:
    shop = taking.a_store(DISPUTED, platform="shopify", site="lumen.example", tier="standard")
    usual = {"store_id": DISPUTED, "gateway": "stripe", "currency": "USD", "buyer_id": "buyer-7"}
    sent = usual | {"shipped_at": START - 20 * DAY, "ship_by": None, "paid_at": START - 21 * DAY}
    past = [
        taking.an_order(f"p{number}", **sent, completed_at=START - number * HOUR / 2) for number in range(COMPLETED)
    ]
    ahead = [taking.an_order(name, **sent, completed_at=START) for name in ("r1", "r2")]
    elsewhere = taking.an_order("r3", **sent | {"gateway": "paypal"}, completed_at=START)
    sold = [*past, *ahead, elsewhere]
    taking.take(
        {
            "stores": [taking.a_store(MINE, tier="premium"), shop],
            "orders": [
                *sold,
                taking.an_order("o1"),
                taking.an_order("o2", ship_by=START + 5 * DAY),
                taking.an_order("o3"),
                taking.an_order("o4", ship_by=NOW + 5 * HOUR),
            ],
            "lines": [
                {"order_id": one["order_id"], "line": 1, "sku": "LN-77", "quantity": 2, "price_minor": 50_00}
                | {"kind": "physical"}
                for one in sold
            ],
            "parcels": [taking.a_parcel(f"o{number}", f"{NUMBER[:-2]}0{number}") for number in (1, 2)]
            + [
                taking.a_parcel(one["order_id"], f"T-{one['order_id']}", carrier="usps", registered_at=START - 20 * DAY)
                for one in sold
            ],
            "scans": [taking.a_scan(f"{NUMBER[:-2]}0{number}") for number in (1, 2)],
            "complaints": [
                taking.a_complaint("c1", "p1", opened_at=START + HOUR),
                taking.a_complaint("c2", "p2", opened_at=START + 4 * DAY),
            ],
            "messages": [
                {"message_id": "m-1", "order_id": "p2", "channel": "inbox", "sent_at": START, "sender": "buyer"}
                | {"text": "Где она?"}
            ],
            "recipients": [{"order_id": "p2", "name": "Ann Lee", "address": "12 Elm St, Springfield"}],
        }
    )


def _flags() -> None:
    """A warehouse that is flagged, beside what the store's own cases have brought on it."""
    book = BOOKS["ozon"]
    for name, versions in book.under("sanctions").items():
        clause = versions[0].value
        if clause.over == "warehouse":
            Sanction.objects.create(
                platform="ozon", over="warehouse", subject="moscow-1", measure=clause.measure, begun_at=NOW - DAY,
                figure="3", base=40, clause=f"sanctions.{name}@2026-03-12", rulebook_id=book.digest,
            )  # fmt: skip


def _waybill() -> bytes:
    picture = Image.new("RGB", (620, 440), "white")
    ImageDraw.Draw(picture).text((40, 40), f"CDEK {NUMBER}", fill="black", font_size=40)
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def _settings(owner: Member) -> dict[str, str]:
    organisation, actor = owner.organisation, "owner@lumen.example"
    people.keep_template(organisation, "Courier-1", "ru", "{{ carrier }}: {{ tracking_number }}", at=NOW, actor=actor)
    alerts.add_channel(
        organisation, at=NOW, actor=actor, name="Desk-1", kind="mail", address="team@lumen.example", language="en",
        timezone="Asia/Shanghai", opened=True, reminders=True, closed=True, quiet_from="22:00", quiet_to="07:00",
        digest_at="",
    )  # fmt: skip
    alerts.give_out(NOW)
    names = ("settings", "members", "own_stores", "templates", "channels")
    return {name: reverse(name) for name in names}


def _of_seller(waiting: Case, reviewed: Case, lost: Case) -> dict[str, str]:
    piece = DraftPiece.objects.get(case=waiting)
    disputed = Case.objects.get(order_id="p2")
    return {
        "queue": reverse("queue"),
        "queue, nothing found": reverse("queue") + "?q=nothing",
        "risk": reverse("risk"),
        "health": reverse("health"),
        "store_health": reverse("store_health", args=[DISPUTED]),
        "store_health of a store on Ozon": reverse("store_health", args=[MINE]),
        "causes": reverse("causes"),
        "money": reverse("money"),
        "money of a case": f"{reverse('money')}?case={lost.case_id}&account=held&flow=charged",
        "case": reverse("case", args=[waiting.case_id]),
        "case disputed": reverse("case", args=[disputed.case_id]),
        "case under review": reverse("case", args=[reviewed.case_id]),
        "case lost": reverse("case", args=[lost.case_id]),
        "case_submit": reverse("case_submit", args=[waiting.case_id]),
        "case_accept": reverse("case_accept", args=[disputed.case_id]),
        "evidence_look": reverse("evidence_look", args=[waiting.case_id, "ready", piece.pk]),
        "nothing": "/nothing-here/",
        "mfa_index": reverse("mfa_index"),
        "account_reauthenticate": reverse("account_reauthenticate"),
        "account_change_password": reverse("account_change_password"),
        "account_logout": reverse("account_logout"),
    }


def _of_operator(reviewed: Case, lost: Case) -> dict[str, str]:
    return {
        "reviews": reverse("reviews"),
        "review": reverse("review", args=[reviewed.case_id]),
        "queue": reverse("queue"),
        "case": reverse("case", args=[lost.case_id]),
        "stores": reverse("stores"),
        "store": reverse("store", args=[MINE]),
        "carriers": reverse("carriers"),
        "flags": reverse("flags"),
        "books": reverse("books"),
        "book": reverse("book", args=["ozon"]),
        "sanctions": reverse("sanctions"),
        "sanction": reverse("sanction", args=[Sanction.objects.first().pk]),  # type: ignore[union-attr]
        "audit": reverse("audit"),
        "loop": reverse("loop"),
        "settings": reverse("settings"),
        "members": reverse("members"),
        "channels": reverse("channels"),
    }


def _of_buyer() -> dict[str, str]:
    reported = report_links.token("r1")
    return {
        "report": report_links.address("r2"),
        "report elsewhere": report_links.address("r3"),
        "report of what was reported": report_links.address("r1"),
        "report_withdraw": reverse("report_withdraw", args=[reported]),
    }


def _of_stranger(owner: Member) -> dict[str, str]:
    offered = people.invite(
        owner.organisation, "new@lumen.example", Role.AGENT, at=NOW - DAY, actor="owner@lumen.example"
    )
    return {
        "account_login": reverse("account_login"),
        "account_reset_password": reverse("account_reset_password"),
        "account_reset_password_done": reverse("account_reset_password_done"),
        "invitation": reverse("invitation", args=[offered.token]),
    }
