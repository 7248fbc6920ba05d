"""Who must be looked at for sanctions and when, and what is counted of carriers, warehouses and buyers."""

from __future__ import annotations

from django.db import models

from ombud.store.models.cases import Case


class SanctionReview(models.Model):
    """The next look at a store, carrier, warehouse or buyer. `review_at`: null where only a change can bring one."""

    pk = models.CompositePrimaryKey("platform", "over", "subject")
    platform = models.TextField()
    over = models.TextField()
    subject = models.TextField()
    since = models.DateTimeField(null=True)  # of a store: facts of that day or later ones changed since the last look
    review_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sanction_reviews"
        indexes = (
            models.Index(
                fields=["review_at"], name="sanction_reviews_due", condition=models.Q(review_at__isnull=False)
            ),
        )


class Tally(models.Model):
    """A case that counts for a carrier, a warehouse or a buyer, kept for as long as a clause of the book looks back.

    `at`: its opening; for a buyer, its closing.
    """

    pk = models.CompositePrimaryKey("platform", "over", "subject", "at", "case_id")
    platform = models.TextField()
    over = models.TextField()
    subject = models.TextField()
    at = models.DateTimeField()
    case = models.ForeignKey(Case, models.PROTECT, db_index=False)
    counts = (
        models.SmallIntegerField()
    )  # 1, or 0 where it is only part of the base: a dispute that the buyer did not lose

    class Meta:
        db_table = "tallies"
