"""`ombud review`, `rule`, `ruling`, `accept` and `withdraw`: what people and programs read, and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pytest_django import Settings
from rich.cells import cell_len

from ombud.cli import say
from ombud.domain.cases import State
from ombud.store.models import Case, Order, Ruling
from ombud.words import costs
from tests.actions import evidence
from tests.actions.ending import disputed
from tests.actions.evidence import a_file
from tests.actions.ruled import delivered, hand_in, scanned
from tests.actions.taking import DAY, HOUR, START
from tests.cli.run import Run, runner

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
NOW = ("--at", "2026-04-05T01:00:00Z")  # an hour after AT
LATER = ("--at", "2026-04-08T00:00:00Z")  # past the least of the review window


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("LOGNAME", "anna")
    return runner(monkeypatch, capsys)


def test_nothing_under_review_is_said(ombud: Run) -> None:
    said = ombud("review")
    assert (said.code, "No case is under review." in said.out) == (0, True)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_review_queue_fits_the_terminal_and_shows_what_is_recommended_and_why(
    ombud: Run, width: int, language: str
) -> None:
    soon = hand_in(scanned("o1"), "logo_missing", at=AT)
    hand_in(scanned("o2"), "parties_missing", at=AT, unsure=True)
    out = ombud("--lang", language, "review", *NOW, width=width).out
    assert max(cell_len(line) for line in out.splitlines()) <= width
    assert out.index(f"#{soon.case_id}") < out.index("ERR_021") < out.index("ERR_022")
    assert "2026-04-07 00:00" in out
    assert "2026-04-09 00:00" in out


def test_the_review_queue_for_programs_has_every_reason_with_title_and_mend(ombud: Run) -> None:
    case = hand_in(scanned(), "logo_missing", at=AT)
    said = json.loads(ombud("review", *NOW, "--json").out)
    [row] = said["cases"]
    assert (row["case_id"], row["recommended"], row["decision"]) == (case.case_id, "rejected", "decided")
    assert (row["rule_at"], row["left_seconds"]) == ("2026-04-07T00:00:00Z", 47 * 3600)
    assert row["reasons"][0]["title"] == "The carrier's logo is missing"
    assert row["reasons"][0]["mend"].startswith("Hand in the carrier's own form")
    assert not said["more"]


def test_a_store_or_platform_that_is_not_there_is_refused(ombud: Run) -> None:
    scanned()
    assert ombud("review", "--store", "nobody").code == 2
    said = ombud("review", "--platform", "nowhere")
    assert (said.code, "nowhere" in said.err) == (2, True)


def test_a_confirmation_before_its_time_says_when_it_takes_effect(ombud: Run) -> None:
    case = hand_in(scanned(), at=AT)
    said = ombud("rule", "o1", "--confirm", *NOW)
    assert said.code == 0
    assert f"takes effect in case #{case.case_id} at 2026-04-07 00:00 UTC" in said.out
    again = ombud("rule", "o1", "--for", "buyer", "--reason", "No.", *NOW)
    assert (again.code, "anna ruled on case" in again.err) == (2, True)
    assert "ruled by anna" in ombud("review", *NOW).out


def test_above_the_amount_of_the_book_another_login_must_say_the_same(
    ombud: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = hand_in(scanned(amount_minor=60_000_00), at=AT)
    words = ("rule", "o1", "--for", "seller", "--reason", "The declaration came by post.", *NOW)
    assert f"held in case #{case.case_id}, so another reviewer must say the same" in ombud(*words).out
    assert "anna proposes: won" in ombud("review", *NOW).out
    assert json.loads(ombud("review", *NOW, "--json").out)["cases"][0]["proposed"]["actor"] == "anna"
    again = ombud(*words)
    assert (again.code, "another reviewer must say the same" in again.err) == (2, True)
    monkeypatch.setenv("LOGNAME", "boris")
    said = json.loads(ombud(*words, "--json").out)
    assert (said["decision"], said["outcome"]) == ("overruled", "won")
    assert [one.actor for one in Ruling.objects.order_by("seq")] == ["seller", "boris"]


def test_overruling_takes_effect_at_once_when_its_time_has_come(ombud: Run) -> None:
    case = hand_in(scanned(), "logo_missing", at=AT, unsure=True)
    said = json.loads(ombud("rule", f"#{case.case_id}", "--for", "buyer", "--reason", "No logo.", *LATER, "--json").out)
    assert (said["decision"], said["outcome"], said["in_effect"]) == ("overruled", "rejected", True)
    assert said["state"] == "rejected"
    assert Ruling.objects.get(seq=2).reason == "No logo."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rule", "o1"], "--confirm"),
        (["rule", "o1", "--confirm", "--for", "buyer"], "--confirm"),
        (["rule", "o1", "--for", "buyer", *NOW], "needs a written reason"),
        (["rule", "o1", "--for", "buyer", "--reason", "  ", *NOW], "needs a written reason"),
        (["rule", "o1", "--reopen", "--reason", "Look again.", *NOW], "knows no appeal"),
        (["rule", "nothing", "--confirm"], "no case nothing"),
        (["ruling", "nothing"], "no case nothing"),
        (["accept", "nothing", "--yes"], "no case nothing"),
        (["accept", "o1", "--yes", *NOW], "lets no merchant accept"),
        (["withdraw", "nothing"], "no case nothing"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_changes_nothing(ombud: Run, words: list[str], said: str) -> None:
    hand_in(scanned(), at=AT)
    found = ombud(*words)
    assert (found.code, said in found.err) == (2, True)
    assert (Ruling.objects.count(), Case.objects.get().state) == (1, State.UNDER_REVIEW)


def test_a_case_not_under_review_and_a_reviewer_without_authority_are_refused(ombud: Run, settings: Settings) -> None:
    scanned()
    assert "not under review" in ombud("rule", "o1", "--confirm", *NOW).err
    assert "no ruling" in ombud("ruling", "o1").err
    settings.REVIEWERS = ("boris",)
    said = ombud("rule", "o1", "--confirm", *NOW)
    assert (said.code, "anna may not rule" in said.err) == (2, True)


def test_a_ruling_shows_its_reasons_by_strength_in_the_reader_s_language_with_the_mend(ombud: Run) -> None:
    hand_in(scanned(), "logo_missing", at=AT)
    english = ombud("ruling", "o1", width=80).out
    for words in ("rejected, by hard reasons", "Decides", "ERR_021 The carrier's logo is missing", "SHA-256"):
        assert words in english
    assert "reasons.ERR_021@2026-03-12" in english
    assert "Приложите" in ombud("--lang", "ru", "ruling", "o1").out
    assert max(cell_len(line) for line in english.splitlines()) <= 80


def test_a_ruling_proves_itself_and_a_forged_one_is_named_with_the_first_difference(
    ombud: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(scanned(), "logo_missing", at=AT)
    proved = ombud("ruling", "o1", "--replay")
    assert (proved.code, "the same to the byte" in proved.out) == (0, True)
    forged = Ruling.objects.get()
    forged.record = forged.record.replace('"outcome":"rejected"', '"outcome":"won"')
    monkeypatch.setattr("ombud.cli.rulings.rulings_of", lambda case_id: [forged])
    found = ombud("ruling", "o1", "--replay")
    assert (found.code, 'judgement.outcome is "rejected"' in found.out) == (1, True)
    said = json.loads(ombud("ruling", "o1", "--replay", "--json").out)["rulings"][0]
    assert said["difference"] == {"path": "judgement.outcome", "recorded": '"won"', "made": '"rejected"'}
    assert not said["proved"]


def test_a_piece_that_nobody_looked_into_is_told_in_words(ombud: Run) -> None:
    [case] = delivered()
    proof = a_file("proof.pdf", kind="delivery_proof", stated={"made_at": case.opened_at})
    evidence.hand_in(case, proof, at=case.opened_at + HOUR)
    out = " ".join(ombud("ruling", "o1").out.split())
    assert "Nobody has looked for what must be legible" in out
    assert "Full tracking number, Carrier's name, Time of the delivery" in out


def test_accepting_asks_first_and_shows_what_was_refunded_and_what_is_to_pay(ombud: Run) -> None:
    [case] = disputed()
    Order.objects.filter(pk="o1").update(refunded_minor=20_00)
    said = ombud("accept", "o1")
    assert (said.code, "asks first" in said.err) == (2, True)
    case = Case.objects.select_related("order", "store").get()
    assert case.state == State.OPENED
    say.speak("en")
    lines = " ".join(costs.sentences(case))
    for words in ("100.00 RUB", "20.00 RUB of it were refunded", "Order amount 80.00 RUB", "Fees 12.00 RUB"):
        assert words in lines
    done = ombud("accept", "o1", "--yes", "--at", "2026-04-21T01:00:00Z")
    assert (done.code, "is conceded since 2026-04-21 01:00 UTC" in done.out) == (0, True)
    again = ombud("accept", "o1", "--yes", "--at", "2026-04-21T02:00:00Z")
    assert (again.code, "cannot take the step" in again.err) == (2, True)


def test_a_withdrawal_ends_the_case_and_frees_its_money(ombud: Run) -> None:
    [case] = delivered()
    at = (case.opened_at + timedelta(hours=1)).isoformat()
    said = json.loads(ombud("withdraw", "o1", "--at", at, "--json").out)
    assert said == {"case_id": case.case_id, "state": "withdrawn", "at": "2026-04-21T01:00:00Z"}
    assert ombud("withdraw", "o1", "--at", at).code == 2
