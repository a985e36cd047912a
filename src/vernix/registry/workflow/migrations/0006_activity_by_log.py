from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Events by the ledger that they stand in, read again from its first: who said those that are here is
    not known.
    """

    dependencies: ClassVar = [("workflow", "0005_drops")]

    operations: ClassVar = [
        migrations.DeleteModel(name="Activity"),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("sequence", models.BigAutoField(primary_key=True, serialize=False)),
                ("log", models.CharField(max_length=100)),
                ("index", models.PositiveBigIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("concerned", models.TextField()),
                ("actor", models.CharField(max_length=64, null=True)),
                ("delivery", models.CharField(max_length=36, null=True)),
                ("part", models.PositiveIntegerField(null=True)),
                ("size", models.PositiveBigIntegerField(null=True)),
                ("outcome", models.CharField(max_length=40, null=True)),
                ("route", models.CharField(max_length=40, null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["log", "index"], name="activity_once")],
                "indexes": [
                    models.Index(fields=["kind", "at"], name="activity_kind"),
                    models.Index(fields=["delivery"], name="activity_delivery"),
                ],
            },
        ),
    ]
