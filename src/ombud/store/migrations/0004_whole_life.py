"""The whole life of a case: evidence, rulings, sanctions, seals, and the instants at which a case moves by itself."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0003_no_pattern_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("checkpoint_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("cases", models.BigIntegerField()),
                ("events", models.BigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("body", models.TextField()),
                ("public_key", models.TextField()),
                ("signature", models.TextField()),
            ],
            options={
                "db_table": "checkpoints",
            },
        ),
        migrations.CreateModel(
            name="DraftPiece",
            fields=[
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("language", models.TextField(default="")),
                ("stated", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("draft_piece_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("added_at", models.DateTimeField()),
                ("actor", models.TextField()),
            ],
            options={
                "db_table": "draft_pieces",
            },
        ),
        migrations.CreateModel(
            name="EventHash",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="store.caseevent",
                    ),
                ),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "event_hashes",
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("name", models.TextField()),
                ("kind", models.TextField()),
                ("language", models.TextField(default="")),
                ("stated", models.JSONField(default=dict)),
                ("findings", models.JSONField(default=list)),
                ("piece_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("position", models.IntegerField()),
            ],
            options={
                "db_table": "pieces",
            },
        ),
        migrations.CreateModel(
            name="Protection",
            fields=[
                ("protection_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "protections",
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("ruling_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("outcome", models.TextField()),
                ("decision", models.TextField()),
                ("actor", models.TextField()),
                ("reason", models.TextField(default="")),
                ("record", models.TextField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "db_table": "rulings",
            },
        ),
        migrations.CreateModel(
            name="Sanction",
            fields=[
                ("sanction_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("platform", models.TextField()),
                ("over", models.TextField()),
                ("subject", models.TextField()),
                ("measure", models.TextField()),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("figure", models.TextField()),
                ("base", models.BigIntegerField()),
                ("clause", models.TextField()),
            ],
            options={
                "db_table": "sanctions",
            },
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("format", models.TextField()),
                ("stored_at", models.DateTimeField()),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "files",
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("submission_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("received_at", models.DateTimeField()),
                ("actor", models.TextField()),
            ],
            options={
                "db_table": "submissions",
            },
        ),
        migrations.AddField(
            model_name="case",
            name="recommended",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="remind_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="route",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="case",
            name="rule_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="shuts_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="case",
            name="submitted_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="case",
            name="due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("shuts_at__isnull", False)), fields=["shuts_at"], name="cases_to_shut"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("rule_at__isnull", False)), fields=["rule_at"], name="cases_to_rule"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("remind_at__isnull", False)), fields=["remind_at"], name="cases_to_remind"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("settled_at__isnull", True)),
                fields=["closed_at"],
                name="cases_to_settle",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("settled_at__isnull", True), ("closed_at__isnull", False), _connector="OR"),
                name="cases_settled_when_closed",
            ),
        ),
        migrations.AddField(
            model_name="draftpiece",
            name="case",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
        ),
        migrations.AddField(
            model_name="protection",
            name="store",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.store"),
        ),
        migrations.AddField(
            model_name="ruling",
            name="case",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
        ),
        migrations.AddField(
            model_name="sanction",
            name="rulebook",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.rulebookversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(condition=models.Q(("size__gte", 0)), name="files_size"),
        ),
        migrations.AddField(
            model_name="piece",
            name="file",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.storedfile"),
        ),
        migrations.AddField(
            model_name="draftpiece",
            name="file",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.storedfile"),
        ),
        migrations.AddField(
            model_name="submission",
            name="case",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
        ),
        migrations.AddField(
            model_name="ruling",
            name="submission",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="store.submission"),
        ),
        migrations.AddField(
            model_name="piece",
            name="submission",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.submission"),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(fields=["over", "subject", "begun_at"], name="sanctions_of"),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("platform", "over", "subject", "clause"),
                name="sanctions_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("begun_at")), _connector="OR"
                ),
                name="sanctions_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="draftpiece",
            constraint=models.UniqueConstraint(fields=("case", "name"), name="draft_pieces_once"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(fields=("case", "seq"), name="submissions_seq"),
        ),
        migrations.AddConstraint(
            model_name="ruling",
            constraint=models.UniqueConstraint(fields=("case", "seq"), name="rulings_seq"),
        ),
        migrations.AddConstraint(
            model_name="piece",
            constraint=models.UniqueConstraint(fields=("submission", "position"), name="pieces_position"),
        ),
    ]
