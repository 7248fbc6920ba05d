"""Rulings with their records, and what follows for those who lose too often."""

from __future__ import annotations

from django.db import models

from ombud.store.models.books import RulebookVersion
from ombud.store.models.cases import Case
from ombud.store.models.evidence import Submission
from ombud.store.models.facts import Store


class Ruling(models.Model):
    """A recommendation or a ruling. Append-only; the last one of a case holds.

    `record` is the canonical JSON from which the ruling can be made again to the same bytes, `digest` its SHA-256.
    """

    ruling_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    submission = models.ForeignKey(Submission, models.PROTECT, null=True)
    seq = models.IntegerField()
    at = models.DateTimeField()
    outcome = models.TextField()  # the state that it leads to: won, rejected
    decision = models.TextField()  # decided (by hard reasons), for_person, confirmed, overruled
    actor = models.TextField()
    reason = models.TextField(default="")  # in a reviewer's words; never empty where one overrules
    record = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        db_table = "rulings"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="rulings_seq"),)


class Proposal(models.Model):
    """What a reviewer said of a case on which another one must say the same before it is ruled. Append-only; `seq`
    counts from 1 within the case, and the last one since the case came under review holds.

    It is no step of the case: nothing about the case changes, and the seller is told of rulings, not of opinions. The
    record of the ruling that comes of it has all of them, and that is bound to its step.
    """

    proposal_id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    seq = models.IntegerField()
    since_seq = models.IntegerField()  # the step with which the case came under review
    at = models.DateTimeField()
    actor = models.TextField()
    outcome = models.TextField()  # the state that they would rule: won, rejected
    reason = models.TextField(default="")  # never empty where it is not what was recommended or said before

    class Meta:
        db_table = "review_proposals"
        constraints = (models.UniqueConstraint(fields=["case", "seq"], name="review_proposals_seq"),)


class Sanction(models.Model):
    """What follows for a store, carrier, warehouse or buyer, from its beginning to its end."""

    sanction_id = models.BigAutoField(primary_key=True)
    platform = models.TextField()
    over = models.TextField()  # store, carrier, warehouse, buyer
    subject = models.TextField()  # whose it is: a store_id, a carrier's slug ...
    measure = models.TextField()
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    figure = models.TextField()  # what was measured, as a decimal number
    base = models.BigIntegerField()  # of how many
    clause = models.TextField()
    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, db_index=False)

    class Meta:
        db_table = "sanctions"
        constraints = (
            models.UniqueConstraint(
                fields=["platform", "over", "subject", "clause"],
                name="sanctions_once",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("begun_at")),
                name="sanctions_in_order",
            ),
        )
        indexes = (models.Index(fields=["over", "subject", "begun_at"], name="sanctions_of"),)


class Protection(models.Model):
    """A store's subscription to dispute protection, where its platform sells one (S13)."""

    protection_id = models.BigAutoField(primary_key=True)
    store = models.ForeignKey(Store, models.PROTECT)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "protections"
