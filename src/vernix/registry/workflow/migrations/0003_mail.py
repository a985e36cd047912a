from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Notifications that are to go by e-mail, and what each reader has been told."""

    dependencies: ClassVar = [("workflow", "0002_no_marks")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Told",
            fields=[
                ("reader", models.CharField(max_length=400, primary_key=True, serialize=False)),
                ("upto", models.PositiveBigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("partner", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(max_length=265)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("given_up", models.BooleanField(default=False)),
                ("trouble", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "indexes": [models.Index(fields=["sent_at", "given_up", "created_at"], name="mail_waiting")],
            },
        ),
    ]
