"""Every table, from the models."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("case_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("platform", models.TextField()),
                ("violation", models.TextField()),
                ("complaint_id", models.TextField(default="")),
                ("carrier", models.TextField(null=True)),
                ("tracking_number", models.TextField(null=True)),
                ("state", models.TextField()),
                ("platform_status", models.TextField()),
                ("fires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("currency", models.CharField(max_length=3)),
                ("held_minor", models.BigIntegerField()),
                ("clause", models.TextField()),
            ],
            options={
                "db_table": "cases",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("order_id", models.TextField(primary_key=True, serialize=False)),
                ("buyer_id", models.TextField()),
                ("status", models.TextField()),
                ("gateway", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("shipping_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField()),
                ("category", models.TextField(null=True)),
                ("paid_at", models.DateTimeField(null=True)),
                ("ship_by", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("known_at", models.DateTimeField()),
                ("check_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "orders",
            },
        ),
        migrations.CreateModel(
            name="Scan",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "carrier",
                        "tracking_number",
                        "scanned_at",
                        "code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("carrier", models.TextField()),
                ("tracking_number", models.TextField()),
                ("scanned_at", models.DateTimeField()),
                ("code", models.TextField()),
                ("country", models.CharField(max_length=2, null=True)),
                ("city", models.TextField(null=True)),
                ("signed_by", models.TextField(null=True)),
                ("source_ip", models.TextField(null=True)),
                ("known_at", models.DateTimeField()),
            ],
            options={
                "db_table": "scans",
            },
        ),
        migrations.CreateModel(
            name="Store",
            fields=[
                ("store_id", models.TextField(primary_key=True, serialize=False)),
                ("platform", models.TextField()),
                ("site", models.TextField()),
                ("country", models.CharField(max_length=2)),
                ("verified_at", models.DateTimeField(null=True)),
                ("tier", models.TextField(null=True)),
                ("timezone", models.TextField()),
                ("commission_rate", models.DecimalField(decimal_places=6, max_digits=7)),
                ("known_at", models.DateTimeField()),
            ],
            options={
                "db_table": "stores",
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("event_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("kind", models.TextField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("data", models.JSONField()),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
            ],
            options={
                "db_table": "case_events",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("message_id", models.TextField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("sender", models.TextField()),
                ("sent_at", models.DateTimeField()),
                ("text", models.TextField()),
                ("known_at", models.DateTimeField()),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.order")),
            ],
            options={
                "db_table": "messages",
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line", models.BigIntegerField()),
                ("sku", models.TextField()),
                ("quantity", models.BigIntegerField()),
                ("price_minor", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("known_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.order"),
                ),
            ],
            options={
                "db_table": "lines",
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                ("complaint_id", models.TextField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("media", models.TextField()),
                ("known_at", models.DateTimeField()),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.order")),
            ],
            options={
                "db_table": "complaints",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="order",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.order"),
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("message_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("topic", models.TextField()),
                ("payload", models.JSONField()),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "outbox",
                "indexes": [
                    models.Index(condition=models.Q(("sent_at__isnull", True)), fields=["due_at"], name="outbox_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="RulebookVersion",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("text", models.TextField()),
                ("used_from", models.DateTimeField()),
            ],
            options={
                "db_table": "rulebook_versions",
                "indexes": [models.Index(fields=["name", "used_from"], name="rulebooks_in_use")],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="rulebook",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.rulebookversion"
            ),
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("posting_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.TextField()),
                ("debit", models.TextField()),
                ("credit", models.TextField()),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("clause", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
                (
                    "cause",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.caseevent"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.store"),
                ),
            ],
            options={
                "db_table": "postings",
            },
        ),
        migrations.CreateModel(
            name="Parcel",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id",
                        "carrier",
                        "tracking_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tracking_number", models.TextField()),
                ("carrier", models.TextField()),
                ("service", models.TextField()),
                ("registered_at", models.DateTimeField()),
                ("source", models.TextField()),
                ("warehouse", models.TextField(null=True)),
                ("known_at", models.DateTimeField()),
                ("first_scan_at", models.DateTimeField(null=True)),
                ("destination_scan_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("signed_by", models.TextField(null=True)),
                ("last_scan_at", models.DateTimeField(null=True)),
                ("second_order_at", models.DateTimeField(null=True)),
                ("broken_at", models.DateTimeField(null=True)),
                ("broken_by", models.TextField(null=True)),
                (
                    "order",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.order"),
                ),
                (
                    "store",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.store"),
                ),
            ],
            options={
                "db_table": "parcels",
            },
        ),
        migrations.AddField(
            model_name="order",
            name="store",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.store"),
        ),
        migrations.CreateModel(
            name="HealthDay",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "store_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("completed_orders", models.BigIntegerField(default=0)),
                ("promised_orders", models.BigIntegerField(default=0)),
                ("on_time_orders", models.BigIntegerField(default=0)),
                ("tracked_parcels", models.BigIntegerField(default=0)),
                ("due_parcels", models.BigIntegerField(default=0)),
                ("opened_cases", models.BigIntegerField(default=0)),
                ("won_cases", models.BigIntegerField(default=0)),
                ("lost_cases", models.BigIntegerField(default=0)),
                (
                    "store",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.store"),
                ),
            ],
            options={
                "db_table": "health_days",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="store",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.store"),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.UniqueConstraint(fields=("case", "seq"), name="case_events_seq"),
        ),
        migrations.AddConstraint(
            model_name="caseevent",
            constraint=models.CheckConstraint(condition=models.Q(("seq__gte", 1)), name="case_events_from_one"),
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("line__gte", 1), ("price_minor__gte", 0), ("quantity__gte", 1)),
                name="lines_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["case"], name="postings_case"),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["store", "currency"], name="postings_store"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("cause", "line"), name="postings_once"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="postings_positive"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True), name="postings_two_accounts"
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["carrier", "tracking_number"], name="parcels_number"),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(fields=["store", "registered_at"], name="parcels_store_registered"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(condition=models.Q(("check_at__isnull", False)), fields=["check_at"], name="orders_due"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["store", "completed_at"], name="orders_store_completed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["store", "ship_by"], name="orders_store_ship_by"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("refunded_minor__gte", 0), ("shipping_minor__gte", 0)),
                name="orders_money_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("closed_at__isnull", True)), fields=["due_at"], name="cases_due"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["store", "due_at"], name="cases_store_due"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["store", "opened_at"], name="cases_store_opened"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["store", "closed_at"], name="cases_store_closed"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="cases_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("order", "violation", "complaint_id"), name="cases_once"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_at__gte", models.F("opened_at")),
                    ("fires_at__lte", models.F("opened_at")),
                    ("held_minor__gte", 0),
                ),
                name="cases_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_at__isnull", True), ("closed_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="cases_closed_after_opened",
            ),
        ),
    ]
