"""Under which number a file was sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Series and number of a submitted file, and where to look for them."""

    dependencies: ClassVar = [("workflow", "0007_periods")]

    operations: ClassVar = [
        migrations.AddField(
            "submittedfile",
            "series",
            models.CharField(blank=True, default="", max_length=16),
            preserve_default=False,
        ),
        migrations.AddField("submittedfile", "number", models.PositiveBigIntegerField(null=True)),
        migrations.AddIndex(
            "submittedfile", models.Index(fields=["series", "encounter", "number"], name="file_number")
        ),
    ]
