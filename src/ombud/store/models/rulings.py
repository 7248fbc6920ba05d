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
