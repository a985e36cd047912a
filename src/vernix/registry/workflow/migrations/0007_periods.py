from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """What happened to the periods of partners: rows that came, reports, confirmations."""

    dependencies: ClassVar = [("workflow", "0006_activity_by_log")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PeriodEvent",
            fields=[
                ("sequence", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("partner", models.CharField(max_length=64)),
                ("encounter", models.CharField(max_length=40)),
                ("month", models.CharField(max_length=7)),
                ("delivery", models.CharField(max_length=36)),
                ("at", models.DateTimeField()),
                ("version", models.PositiveBigIntegerField(default=0)),
                ("records", models.PositiveBigIntegerField(default=0)),
                ("digest", models.CharField(max_length=64, blank=True)),
                ("content", models.BinaryField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["kind", "delivery", "partner", "encounter", "month"],
                        name="period_event_once",
                    )
                ],
                "indexes": [
                    models.Index(fields=["partner", "encounter", "month"], name="period_event_of"),
                    models.Index(fields=["digest"], name="period_event_digest"),
                ],
            },
        ),
    ]
