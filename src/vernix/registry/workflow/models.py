"""The workflow tables: what was invited, what arrived, how far each submission is, what was said back.

They hold ids, times, counts and states; never a name, number or value of a record, and no reason text that a
record could have reached.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Invitation(models.Model):
    """One invitation: good for one partner, once, until it expires. The secret itself is never kept."""

    id = models.CharField(primary_key=True, max_length=36)
    partner = models.CharField(max_length=64)
    partner_name = models.CharField(max_length=200)
    public_key = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    # Whether the newcomer may send data in the test lane only, until it is promoted.
    tests_only = models.BooleanField(default=False)


class State(models.TextChoices):
    """How far a submission is. Each name says what has been done durably."""

    ARRIVED = "arrived"
    COLLECTED = "collected"
    READ = "read"
    VAULTED = "vaulted"
    BOOKED = "booked"
    ANSWERED = "answered"
    DONE = "done"
    SET_ASIDE = "set-aside"


class Submission(models.Model):
    """One delivery that arrived for the registry, and its way through the steps."""

    sequence = models.BigAutoField(primary_key=True)
    delivery = models.CharField(max_length=36, unique=True)
    sender = models.CharField(max_length=64)
    purpose = models.CharField(max_length=20)
    envelope = models.BinaryField()
    # It came over SFTP, and what the envelope holds is the gateway's word.
    dropped = models.BooleanField(default=False)
    # Nobody but the gateway vouches for its sender: a file without a signature, from whom that is allowed.
    bare = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ARRIVED)
    # Attempts at the present step that may have been this submission's own fault, and failures of any kind.
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    # What went wrong last: the class of the error and the place in our own code, nothing else.
    trouble = models.CharField(max_length=120, blank=True)
    # Fixed before use, so that an answer that was killed half-way goes out once, under one id.
    answer = models.CharField(max_length=36)
    # When the partner's receipt for our answer came: it has read it.
    fetched_at = models.DateTimeField(null=True)
    # "accepted", "partly", "rejected" or "received"; empty until read.
    result = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=40, blank=True)

    @property
    def is_test(self) -> bool:
        """Whether it came in the test lane: read and answered as ever, and nothing of it kept."""
        return self.purpose == "test"

    class Meta:
        """Work is looked for by state."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "sequence"], name="submission_state")
        ]


class SubmittedFile(models.Model):
    """One data file of a submission: its batch (keyed digest of what it says) and its counts."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    part = models.PositiveIntegerField()
    encounter = models.CharField(max_length=40)
    batch = models.CharField(max_length=32)
    accepted = models.PositiveBigIntegerField(default=0)
    warned = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    # The first file that said exactly this, when this one repeats it: its rows are there already.
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    # Under which number its sender's machine counted it (``vernix.custody.numbering``), if it did.
    series = models.CharField(max_length=16, blank=True)
    number = models.PositiveBigIntegerField(null=True)

    @classmethod
    def of_the_book(cls) -> models.QuerySet[SubmittedFile]:
        """Files of which something is kept: none that repeats an earlier one or came in the test lane."""
        return cls.objects.filter(repeats=None).exclude(submission__purpose="test")

    class Meta:
        """A part is one file; a batch is looked for when a file comes again, a number when one is missing."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["submission", "part"], name="file_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["batch"], name="file_batch"),
            models.Index(fields=["series", "encounter", "number"], name="file_number"),
        ]


class Step(models.Model):
    """One step done for one submission: the ledger that makes each happen once."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12)
    done_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()

    class Meta:
        """A step of a submission is done once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["submission", "name"], name="step_once")
        ]


class Mail(models.Model):
    """One notification to one address. Its key is made of what it tells to whom: it is made once."""

    key = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=10)
    partner = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=265)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)
    trouble = models.CharField(max_length=120, blank=True)

    class Meta:
        """What waits is looked for at every look."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sent_at", "given_up", "created_at"], name="mail_waiting")
        ]


class Told(models.Model):
    """Up to which step a reader has been told of answers."""

    reader = models.CharField(primary_key=True, max_length=400)
    upto = models.PositiveBigIntegerField()


class Activity(models.Model):
    """One event of the gateway's ledger, as the registry read it: ids, counts and times."""

    sequence = models.BigAutoField(primary_key=True)
    # The key of the ledger that tells of it: each counts its events from 0.
    log = models.CharField(max_length=100)
    index = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    concerned = models.TextField()
    actor = models.CharField(max_length=64, null=True)
    delivery = models.CharField(max_length=36, null=True)
    part = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    outcome = models.CharField(max_length=40, null=True)
    route = models.CharField(max_length=40, null=True)

    class Meta:
        """Reports ask for a kind within a time, and for all of a delivery; an event is read once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["log", "index"], name="activity_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "at"], name="activity_kind"),
            models.Index(fields=["delivery"], name="activity_delivery"),
        ]


class PeriodEvent(models.Model):
    """One thing that happened to a period: a partner's month of one kind of encounter. Never changed.

    ``rows``: records came or changed, booked by ``delivery``, at the book's ``version``; ``report``: one was
    made from that version and goes out as ``delivery`` (``content`` is its document, ``digest`` that of it);
    ``sent``: it went; ``confirmation``: the partner signed for the report ``digest`` (``content`` is the
    signed statement, sealed to the registry: its note is a person's own words).
    """

    sequence = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12)
    partner = models.CharField(max_length=64)
    encounter = models.CharField(max_length=40)
    month = models.CharField(max_length=7)
    delivery = models.CharField(max_length=36)
    at = models.DateTimeField()
    version = models.PositiveBigIntegerField(default=0)
    records = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)

    class Meta:
        """An event happens once; a period is asked for as a whole, a report by its digest."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "delivery", "partner", "encounter", "month"], name="period_event_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["partner", "encounter", "month"], name="period_event_of"),
            models.Index(fields=["digest"], name="period_event_digest"),
        ]
