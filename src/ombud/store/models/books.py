"""The rulebooks that cases were opened under, and the daily buckets of store health."""

from __future__ import annotations

from django.db import models

from ombud.store.models.facts import Store


class RulebookVersion(models.Model):
    """The whole text of a book as it was in use, by the SHA-256 of that text: what a case cites stays readable."""

    digest = models.CharField(max_length=64, primary_key=True)
    name = models.TextField()
    text = models.TextField()
    used_from = models.DateTimeField()
    put_at = models.DateTimeField(null=True)  # somebody put it in force then; null: whoever ran the loop brought it

    class Meta:
        db_table = "rulebook_versions"
        indexes = (models.Index(fields=["name", "used_from"], name="rulebooks_in_use"),)


class HealthDay(models.Model):
    """What one UTC day adds to a store's figures. Each count falls on the day on which its outcome became certain."""

    pk = models.CompositePrimaryKey("store_id", "day")
    store = models.ForeignKey(Store, models.PROTECT, db_index=False)
    day = models.DateField()
    completed_orders = models.BigIntegerField(default=0)  # by completed_at
    promised_orders = models.BigIntegerField(default=0)  # by ship_by: paid and not cancelled by then
    on_time_orders = models.BigIntegerField(default=0)  # of these, marked shipped by ship_by
    tracked_parcels = models.BigIntegerField(default=0)  # of due_parcels, with a scan that counts by then
    # By registered_at + the book's wait for the first scan, of orders paid and not cancelled by then.
    due_parcels = models.BigIntegerField(default=0)
    opened_cases = models.BigIntegerField(default=0)  # by opened_at
    won_cases = models.BigIntegerField(default=0)  # by closed_at
    lost_cases = models.BigIntegerField(default=0)  # by closed_at

    class Meta:
        db_table = "health_days"
