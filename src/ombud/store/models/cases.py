"""Cases, their history, the money and what is to be told: all four are written in one transaction.

History (`case_events`) and `postings` are append-only, and the database refuses to change or delete their rows.
"""

from __future__ import annotations

from django.db import models

from ombud.store.models.books import RulebookVersion
from ombud.store.models.facts import Order, Store


class Case(models.Model):
    """One dispute about one order: the fold of its events, kept here so that it can be listed and swept by index."""

    case_id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, models.PROTECT, db_index=False)
    platform = models.TextField()
    violation = models.TextField()
    complaint_id = models.TextField(default="")  # empty where no complaint opened it; part of the key
    carrier = models.TextField(null=True)
    tracking_number = models.TextField(null=True)
    state = models.TextField()
    platform_status = models.TextField()  # the platform's own word for the state
    fires_at = models.DateTimeField()  # the instant that the trigger gave
    opened_at = models.DateTimeField()  # the instant at which the case was opened: the window counts from here
    due_at = models.DateTimeField(null=True)  # the response window shuts; null where another process has no clock
    route = models.TextField(default="")  # empty: a dispute of its book; else the place under `routes` that decides it
    shuts_at = models.DateTimeField(null=True)  # when the case is lost if nothing changes; null while that cannot be
    submitted_at = models.DateTimeField(null=True)  # the first complete upload of the submission under review
    recommended = models.TextField(null=True)  # the state that the ruling leads to if nobody rules otherwise
    rule_at = models.DateTimeField(null=True)  # when that takes effect; null: when somebody rules
    remind_at = models.DateTimeField(null=True)  # the next reminder
    closed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # the money has moved; nothing is held any more
    currency = models.CharField(max_length=3)
    held_minor = models.BigIntegerField()
    clause = models.TextField()
    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, db_index=False)

    class Meta:
        db_table = "cases"
        constraints = (
            models.UniqueConstraint(fields=["order", "violation", "complaint_id"], name="cases_once"),
            models.CheckConstraint(
                condition=models.Q(
                    fires_at__lte=models.F("opened_at"), due_at__gte=models.F("opened_at"), held_minor__gte=0
                ),
                name="cases_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) | models.Q(closed_at__gte=models.F("opened_at")),
                name="cases_closed_after_opened",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True) | models.Q(closed_at__isnull=False),
                name="cases_settled_when_closed",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], name="cases_due", condition=models.Q(closed_at__isnull=True)),
            # The queue reads nothing else: it is in its order, and holds all that its filters and its counts look at.
            models.Index(
                fields=[
                    *("store", "shuts_at", "rule_at", "-held_minor", "case_id"),
                    *("currency", "state", "violation", "route", "opened_at", "closed_at"),
                ],
                name="cases_open",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(fields=["store", "opened_at"], name="cases_store_opened"),
            models.Index(
                fields=["store", "closed_at", "state", "route"],
                name="cases_store_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["-closed_at", "-held_minor", "case_id", "state", "store", "violation", "route"],
                name="cases_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
            models.Index(
                fields=["tracking_number"], name="cases_number", condition=models.Q(tracking_number__isnull=False)
            ),
            models.Index(fields=["shuts_at"], name="cases_to_shut", condition=models.Q(shuts_at__isnull=False)),
            models.Index(fields=["rule_at"], name="cases_to_rule", condition=models.Q(rule_at__isnull=False)),
            models.Index(
                fields=["rule_at"],
                name="cases_handed_in",
                condition=models.Q(submitted_at__isnull=False, closed_at__isnull=True),
            ),
            models.Index(fields=["remind_at"], name="cases_to_remind", condition=models.Q(remind_at__isnull=False)),
            models.Index(
                fields=["closed_at"],
                name="cases_to_settle",
                condition=models.Q(closed_at__isnull=False, settled_at__isnull=True),
            ),
        )


class CaseEvent(models.Model):
    """One step in the life of a case. Append-only; `seq` counts from 1 within the case."""

    event_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    seq = models.IntegerField()
    kind = models.TextField()
    at = models.DateTimeField()
    actor = models.TextField()
    data = models.JSONField()

    class Meta:
        db_table = "case_events"
        constraints = (
            models.UniqueConstraint(fields=["case", "seq"], name="case_events_seq"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="case_events_from_one"),
        )
        indexes = (models.Index(fields=["at"], name="case_events_at"),)


class Posting(models.Model):
    """`amount_minor` moved from the account `debit` to the account `credit` of one store: balanced by its shape.

    Append-only: a mistake is reversed by a posting of its own. `line` names the money line of the book, `clause` the
    clause that ordered it, `cause` the event that carried it out.
    """

    posting_id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, models.PROTECT, db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    cause = models.ForeignKey(CaseEvent, models.PROTECT, db_index=False)
    line = models.TextField()
    debit = models.TextField()
    credit = models.TextField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    clause = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "postings"
        constraints = (
            models.UniqueConstraint(fields=["cause", "line"], name="postings_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="postings_positive"),
            models.CheckConstraint(condition=~models.Q(debit=models.F("credit")), name="postings_two_accounts"),
        )
        indexes = (
            models.Index(fields=["case"], name="postings_case"),
            models.Index(fields=["store", "currency"], name="postings_store"),
        )


class OutboxMessage(models.Model):
    """Something to tell the world, written with its cause and sent after the commit. `key` makes it one of its kind."""

    message_id = models.BigAutoField(primary_key=True)
    key = models.TextField(unique=True)
    topic = models.TextField()
    payload = models.JSONField()
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox"
        indexes = (models.Index(fields=["due_at"], name="outbox_due", condition=models.Q(sent_at__isnull=True)),)
