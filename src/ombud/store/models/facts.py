"""The facts as they came in: the tables of `ombud.domain.facts`, with what the loop needs beside them.

Every table carries `known_at`, the age of the export that last set the row: an older export never overwrites a newer
one. Rows are written in sets by `actions.imports`; the ORM reads them.
"""

from __future__ import annotations

from django.db import models


class Store(models.Model):
    """A seller's shop on one platform. `platform` is the name of the rulebook that it stands under."""

    store_id = models.TextField(primary_key=True)
    platform = models.TextField()
    site = models.TextField()
    country = models.CharField(max_length=2)
    verified_at = models.DateTimeField(null=True)
    tier = models.TextField(null=True)
    timezone = models.TextField()
    commission_rate = models.DecimalField(max_digits=7, decimal_places=6)
    known_at = models.DateTimeField()

    class Meta:
        db_table = "stores"


class Order(models.Model):
    """One order. `check_at` is the next instant at which its triggers must be read; null: nothing ahead."""

    order_id = models.TextField(primary_key=True)
    store = models.ForeignKey(Store, models.PROTECT, db_index=False)
    buyer_id = models.TextField()
    status = models.TextField()
    gateway = models.TextField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField()
    category = models.TextField(null=True)
    paid_at = models.DateTimeField(null=True)
    ship_by = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    check_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders"
        indexes = (
            models.Index(fields=["check_at"], name="orders_due", condition=models.Q(check_at__isnull=False)),
            models.Index(fields=["store", "completed_at"], name="orders_store_completed"),
            models.Index(fields=["store", "ship_by"], name="orders_store_ship_by"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0, shipping_minor__gte=0, refunded_minor__gte=0),
                name="orders_money_not_negative",
            ),
        )


class Line(models.Model):
    """One position of an order."""

    pk = models.CompositePrimaryKey("order_id", "line")
    order = models.ForeignKey(Order, models.PROTECT, db_index=False)
    line = models.BigIntegerField()
    sku = models.TextField()
    quantity = models.BigIntegerField()
    price_minor = models.BigIntegerField()
    kind = models.TextField()
    known_at = models.DateTimeField()

    class Meta:
        db_table = "lines"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(line__gte=1, quantity__gte=1, price_minor__gte=0), name="lines_not_negative"
            ),
        )


class Parcel(models.Model):
    """A tracking number on an order, with its scans folded in (`domain.facts.FOLDED` says what each column holds).

    `store` is that of its order, written with it: beside `registered_at` it makes a store's day one index range.
    """

    pk = models.CompositePrimaryKey("order_id", "carrier", "tracking_number")
    order = models.ForeignKey(Order, models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, models.PROTECT, db_index=False)
    tracking_number = models.TextField()
    carrier = models.TextField()
    service = models.TextField()
    registered_at = models.DateTimeField()
    source = models.TextField()
    warehouse = models.TextField(null=True)
    known_at = models.DateTimeField()
    first_scan_at = models.DateTimeField(null=True)
    destination_scan_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    signed_by = models.TextField(null=True)
    last_scan_at = models.DateTimeField(null=True)
    second_order_at = models.DateTimeField(null=True)
    broken_at = models.DateTimeField(null=True)
    broken_by = models.TextField(null=True)

    class Meta:
        db_table = "parcels"
        indexes = (
            models.Index(fields=["carrier", "tracking_number"], name="parcels_number"),
            models.Index(fields=["store", "registered_at"], name="parcels_store_registered"),
        )


class Scan(models.Model):
    """One event of a track, as the carrier told it."""

    pk = models.CompositePrimaryKey("carrier", "tracking_number", "scanned_at", "code")
    carrier = models.TextField()
    tracking_number = models.TextField()
    scanned_at = models.DateTimeField()
    code = models.TextField()
    country = models.CharField(max_length=2, null=True)
    city = models.TextField(null=True)
    signed_by = models.TextField(null=True)
    source_ip = models.TextField(null=True)
    known_at = models.DateTimeField()

    class Meta:
        db_table = "scans"


class Complaint(models.Model):
    """What a buyer reported about an order."""

    complaint_id = models.TextField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT)
    kind = models.TextField()
    opened_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    media = models.TextField()
    known_at = models.DateTimeField()

    class Meta:
        db_table = "complaints"


class Message(models.Model):
    """One message about an order. The platform vouches only for its own channels."""

    message_id = models.TextField(primary_key=True)
    order = models.ForeignKey(Order, models.PROTECT)
    channel = models.TextField()
    sender = models.TextField()
    sent_at = models.DateTimeField()
    text = models.TextField()
    known_at = models.DateTimeField()

    class Meta:
        db_table = "messages"


class Recipient(models.Model):
    """Who an order goes to, as the platform has it: evidence is compared with it."""

    order = models.OneToOneField(Order, models.PROTECT, primary_key=True)
    name = models.TextField()
    address = models.TextField(null=True)
    country = models.CharField(max_length=2, null=True)
    known_at = models.DateTimeField()

    class Meta:
        db_table = "recipients"
