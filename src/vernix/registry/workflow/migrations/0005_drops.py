"""What came over SFTP, and what nobody but the gateway vouches for."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two marks on a submission."""

    dependencies: ClassVar = [("workflow", "0004_activity")]

    operations: ClassVar = [
        migrations.AddField("submission", "dropped", models.BooleanField(default=False)),
        migrations.AddField("submission", "bare", models.BooleanField(default=False)),
    ]
