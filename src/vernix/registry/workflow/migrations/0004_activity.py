from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """The events of the gateway's ledger, as the registry reads them."""

    dependencies: ClassVar = [("workflow", "0003_mail")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("index", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
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
                "indexes": [
                    models.Index(fields=["kind", "at"], name="activity_kind"),
                    models.Index(fields=["delivery"], name="activity_delivery"),
                ],
            },
        ),
    ]
