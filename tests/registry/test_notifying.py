"""Notifications: the right people are told once, nothing of content leaves, no kill or bad server loses one.

The mail server is a real one (aiosmtpd), with STARTTLS and a login.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.exchange_kit import ExchangeKit, Member, free_port
from tests.journey_kit import run_program
from tests.mail_kit import PASSWORD, USER, Postmaster, mail_server_of, make_certificate
from tests.registry.conftest import GOOD, Hospital, Killed, work

from vernix.custody.canonical import encode
from vernix.custody.directory import Directory
from vernix.custody.identifiers import new_id, utc_now
from vernix.custody.quota import Quota
from vernix.errors import UsageError
from vernix.registry.notifying.facts import Fact, from_keys, from_state
from vernix.registry.notifying.settings import KINDS, Notifications, read_settings
from vernix.registry.notifying.words import TEXTS, body, subject
from vernix.registry.unlocked import Registry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LABEL = "Site R1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def postmaster() -> Postmaster:
    return Postmaster()


@pytest.fixture
def mail_server(postmaster: Postmaster, certificate: tuple[Path, Path]) -> Iterator[Controller]:
    with mail_server_of(postmaster, certificate) as running:
        yield running


def write(registry: Registry, mail_server: Controller, certificate: tuple[Path, Path], more: str) -> None:
    """The operator's file."""
    password = registry.folder.root.with_name("smtp.password")
    password.write_text(PASSWORD + "\n", encoding="utf-8")
    registry.folder.notifications.write_text(
        f"""
        [smtp]
        host = "127.0.0.1"
        port = {mail_server.port}
        sender = "exchange@registry.example"
        user = "{USER}"
        password_file = "{password}"
        ca = "{certificate[0]}"

        [labels]
        riverside = "{LABEL}"
        {more}
        """,
        encoding="utf-8",
    )


DESK = """
[[readers]]
address = "desk@registry.example"
kinds = ["receipt", "expiry", "quota", "refused", "brake"]
"""
SITE = '[[readers]]\naddress = "records@site.example"\npartner = "riverside"\nkinds = ["delivery", "receipt"]'


@pytest.fixture
def settings(registry: Registry, mail_server: Controller, certificate: tuple[Path, Path]) -> Notifications:
    write(registry, mail_server, certificate, f"{DESK}\n{SITE}")
    found = read_settings(registry.folder.notifications)
    assert found is not None
    return found


def look(settings: Notifications, state: dict[str, Any], directory: Directory) -> None:
    from vernix.registry.notifying import looking

    looking.look(settings, state, directory)


def state_of(**parts: Any) -> dict[str, Any]:
    return {"deliveries": [], "quotas": [], "brakes": [], **parts}


STOPPED = state_of(brakes=[{"partner": "riverside", "since": "2026-03-01T10:00:00Z"}])
WAITING = {
    "addressee": "riverside", "waiting": 3, "bytes": 5, "expiring": 0,
    "since": "2026-03-01T08:00:00Z", "newest": "2026-03-01T09:00:00Z",
}  # fmt: skip


def told(postmaster: Postmaster) -> list[tuple[str, str]]:
    return [(str(mail["to"]), str(mail["subject"])) for mail in postmaster.taken]


# What there is to tell


def test_a_gateway_can_tell_counts_and_nothing_else(kit: ExchangeKit) -> None:
    lies = {
        "deliveries": [
            {**WAITING, "addressee": "CANARY"},
            {**WAITING, "waiting": "CANARY"},
            {**WAITING, "since": "CANARY"},
            "CANARY",
            WAITING,
        ],
        "quotas": [{"partner": "riverside", "name": "CANARY", "percent": 90}],
        "brakes": {"partner": "CANARY"},
    }
    facts = list(from_state(lies, kit.directory, NOW))
    assert [(fact.kind, fact.partner) for fact in facts] == [("delivery", "riverside")]
    assert "CANARY" not in repr(facts)


def test_each_kind_comes_from_the_state(kit: ExchangeKit) -> None:
    state = state_of(
        deliveries=[{**WAITING, "expiring": 2}],
        quotas=[{"partner": "lakeside", "name": "bytes_per_day", "percent": 85}],
        brakes=STOPPED["brakes"],
    )
    facts = list(from_state(state, kit.directory, NOW))
    assert [fact.kind for fact in facts] == ["delivery", "expiry", "quota", "brake"]
    later = list(from_state(state, kit.directory, NOW + timedelta(hours=1)))
    assert [fact.mark for fact in later] == [fact.mark for fact in facts], "the same facts"


@pytest.mark.parametrize(("days", "warnings"), [(40, 0), (29, 1), (6, 1), (0.5, 1), (-1, 0)])
def test_a_key_that_ends_soon_is_told(kit: ExchangeKit, days: float, warnings: int) -> None:
    entry = kit.members["riverside"].entry(NOW - timedelta(days=300), until=NOW + timedelta(days=days))
    directory = replace(kit.directory, partners=kit.with_partner(entry))
    assert len(list(from_keys(directory, NOW))) == 2 * warnings


def test_a_key_that_has_been_renewed_is_not_told(kit: ExchangeKit) -> None:
    since = NOW - timedelta(days=300)
    old, new = kit.members["riverside"].entry(since, until=NOW + timedelta(days=5)), Member.make("riverside")
    both = replace(old, keys=tuple(sorted((*old.keys, *new.entry(since).keys), key=lambda key: key.id)))
    assert list(from_keys(replace(kit.directory, partners=kit.with_partner(both)), NOW)) == []


def test_the_registrys_own_keys_are_told_by_when_they_are_to_be_renewed(kit: ExchangeKit) -> None:
    (fact,) = from_keys(kit.directory, kit.since + timedelta(days=725))
    assert (fact.about, fact.partner, fact.mark) == ("own-keys", "registry", "registry 7")


@pytest.mark.parametrize("about", TEXTS)
def test_every_text_is_whole_in_both_languages(about: str) -> None:
    words = dict.fromkeys(("time", "ids", "key", "name", "numbers", "series"), "x")
    values: dict[str, str | int] = {"count": 3, "percent": 80, "much": 1, "often": 1, "rest": 1, **words}
    fact = Fact("brake", about, "riverside", "m", values)
    text = body(fact, LABEL)
    assert text.startswith(LABEL)
    assert "riverside" not in text + subject(fact), "a partner's id is a name as good as any"
    english, french = TEXTS[about].english, TEXTS[about].french
    assert set(_fields(english)) == set(_fields(french))
    assert not body(fact, None).startswith(LABEL)


def _fields(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


# Who is told


def test_who_wants_to_know_is_told_once(
    registry: Registry, settings: Notifications, postmaster: Postmaster, kit: ExchangeKit
) -> None:
    assert registry.folder.root.exists()
    for _ in range(3):
        look(settings, STOPPED, kit.directory)
    assert told(postmaster) == [
        ("desk@registry.example", "[vernix] Collecting was stopped / Un retrait a été arrêté")
    ]
    mail = postmaster.taken[0]
    assert mail["message-id"].endswith("@registry.example>")
    assert mail["auto-submitted"] == "auto-generated"
    text = mail.get_content()
    assert text.startswith(LABEL)
    assert "2026-03-01T10:00:00Z" in text
    assert "far more than ever before" in text
    assert "bien plus grand que jamais" in text
    again = state_of(brakes=[{"partner": "riverside", "since": "2026-03-02T10:00:00Z"}])
    look(settings, again, kit.directory)
    assert len(postmaster.taken) == 2


def test_a_partner_hears_of_itself_and_not_at_every_delivery(
    registry: Registry, settings: Notifications, postmaster: Postmaster, kit: ExchangeKit
) -> None:
    assert registry.folder.root.exists()
    look(settings, state_of(deliveries=[WAITING, {**WAITING, "addressee": "lakeside"}]), kit.directory)
    assert told(postmaster) == [("records@site.example", "[vernix] Deliveries wait / Des envois attendent")]
    newer = {**WAITING, "waiting": 4, "newest": "2026-03-01T09:01:00Z"}
    look(settings, state_of(deliveries=[newer]), kit.directory)
    assert len(postmaster.taken) == 1, "quiet for a quarter of an hour"
    quicker = replace(settings, quiet_minutes=0)
    look(quicker, state_of(deliveries=[newer]), kit.directory)
    look(quicker, state_of(deliveries=[newer]), kit.directory)
    assert len(postmaster.taken) == 2


def test_answers_are_told_by_their_ids_and_nothing_else(
    registry: Registry,
    settings: Notifications,
    postmaster: Postmaster,
    hospital: Hospital,
    kit: ExchangeKit,
) -> None:
    first = hospital.send(GOOD)
    assert work(registry) == 0
    assert told(postmaster) == [], "who is new here is not told what was before"
    second = hospital.send({**GOOD, "record_number": "R2", "birth_weight": "3300"})
    assert work(registry) == 0
    assert sorted(told(postmaster)) == [
        ("desk@registry.example", "[vernix] Receipts / Accusés de réception"),
        ("records@site.example", "[vernix] Receipts / Accusés de réception"),
    ]
    for mail in postmaster.taken:
        text = mail.as_bytes() + mail.get_content().encode()
        assert second.encode() in text
        assert first.encode() not in text
        for value in (*GOOD.values(), "riverside", "births-2.csv"):
            assert len(value) < 5 or value.encode() not in text, "content or a name in a mail"
    look(settings, state_of(), kit.directory)
    assert len(postmaster.taken) == 2


EXPIRING = {**WAITING, "addressee": "lakeside", "expiring": 2}
USED_UP = {"partner": "lakeside", "name": "bytes_per_day", "percent": 100}


@pytest.mark.parametrize(
    ("state", "told_of", "word"),
    [
        (state_of(deliveries=[EXPIRING]), "Deliveries are about to end", "2 deliveries"),
        (state_of(quotas=[USED_UP]), "A quota is nearly used up", "bytes per day"),
    ],
)
def test_what_ends_and_what_is_used_up_reaches_the_desk(
    registry: Registry,
    settings: Notifications,
    postmaster: Postmaster,
    kit: ExchangeKit,
    state: dict[str, Any],
    told_of: str,
    word: str,
) -> None:
    assert registry.folder.root.exists()
    look(settings, state, kit.directory)
    (mail,) = postmaster.taken
    assert (mail["to"], told_of in mail["subject"]) == ("desk@registry.example", True)
    assert word in mail.get_content()
    assert "lakeside" not in mail.get_content(), "it has no label, so nobody is named"


def test_a_rejected_submission_reaches_the_desk(
    registry: Registry, settings: Notifications, postmaster: Postmaster, hospital: Hospital
) -> None:
    assert settings.readers
    assert work(registry) == 0
    delivery = hospital.send({"no_such_column": "CANARY"})
    assert work(registry) == 0
    (mail,) = (each for each in postmaster.taken if "refused" in each["subject"])
    assert delivery in mail.get_content()
    assert "CANARY" not in mail.get_content()


def test_what_the_gateway_refused_is_told_by_counts(
    kit: ExchangeKit, registry: Registry, settings: Notifications, postmaster: Postmaster
) -> None:
    """A real gateway refuses; the registry reads of it in the ledger; the mail server gets the mail."""
    entry = replace(kit.directory.partner("riverside"), quota=Quota(held_bytes=100))
    kit.publish(partners=kit.with_partner(entry))
    with kit.running() as gateway:
        assert work(registry) == 0
        part = kit.seal(bytes(2000))
        wanted = {
            "header": part.header,
            "purpose": "submission",
            "size": len(part.content),
            "to": ["registry"],
        }
        begun = [gateway.signed("riverside", "POST", "/uploads", encode(wanted)) for _ in range(2)]
        assert {reply.status for reply in begun} == {413}
        unknown = f"/deliveries/{new_id()}/parts/0"
        assert gateway.signed("riverside", "GET", unknown).status == 404, "an honest road brings that"
        assert gateway.signed("riverside", "GET", "/state").status == 403
        for _ in range(3):
            assert work(registry) == 0
    (mail,) = postmaster.taken
    assert (mail["to"], "The gateway refused requests" in mail["subject"]) == ("desk@registry.example", True)
    assert "refused 3 requests: 2 beyond a bound or a quota, 0 too often, 1 for" in mail.get_content()
    assert "riverside" not in mail.as_string()


# What goes wrong


def test_a_kill_after_the_server_took_it_sends_the_same_message_again(
    registry: Registry,
    settings: Notifications,
    postmaster: Postmaster,
    kit: ExchangeKit,
    kill_at: Callable[[str], None],
) -> None:
    assert registry.folder.root.exists()
    kill_at("mail:taken")
    with pytest.raises(Killed):
        look(settings, STOPPED, kit.directory)
    look(settings, STOPPED, kit.directory)
    look(settings, STOPPED, kit.directory)
    first, second = postmaster.taken
    assert first["message-id"] == second["message-id"], "mail systems know it as the same"


def test_a_server_that_is_away_is_tried_again(
    registry: Registry, settings: Notifications, postmaster: Postmaster, kit: ExchangeKit
) -> None:
    from vernix.registry.notifying import looking
    from vernix.registry.workflow.models import Mail

    assert registry.folder.root.exists()
    away = replace(settings, server=replace(settings.server, port=free_port()))
    look(away, STOPPED, kit.directory)
    look(settings, STOPPED, kit.directory)
    (mail,) = Mail.objects.all()
    assert (mail.attempts, mail.trouble) == (1, "The mail server cannot be reached.")
    assert postmaster.taken == [], "not before its pause is over"
    looking.send_due(settings, utc_now() + timedelta(minutes=2))
    assert len(postmaster.taken) == 1


@pytest.mark.parametrize(("answer", "given_up"), [("451 later", False), ("550 no such user", True)])
def test_a_refused_mail_waits_or_is_given_up(
    registry: Registry,
    settings: Notifications,
    postmaster: Postmaster,
    kit: ExchangeKit,
    answer: str,
    given_up: bool,
) -> None:
    from vernix.registry.notifying import outbox
    from vernix.registry.workflow.models import Mail

    assert registry.folder.root.exists()
    postmaster.answers = [answer]
    look(settings, STOPPED, kit.directory)
    (mail,) = Mail.objects.all()
    assert mail.given_up is given_up
    assert "no such user" not in mail.trouble, "the server's words are not ours"
    outbox.failed(mail, "away", mail.created_at + timedelta(days=4), for_good=False)
    assert mail.given_up


@pytest.mark.parametrize("change", ["certificate", "password"])
def test_nothing_is_told_to_a_server_that_is_not_the_one(
    registry: Registry,
    settings: Notifications,
    postmaster: Postmaster,
    kit: ExchangeKit,
    change: str,
    tmp_path: Path,
) -> None:
    from vernix.registry.workflow.models import Mail

    assert registry.folder.root.exists()
    if change == "certificate":
        server = replace(settings.server, ca=None)
    else:
        (tmp_path / "wrong").write_text("wrong")
        server = replace(settings.server, password_file=tmp_path / "wrong")
    look(replace(settings, server=server), STOPPED, kit.directory)
    assert postmaster.taken == []
    assert Mail.objects.get().attempts == 1


def test_the_command_sends_a_test(
    registry: Registry, settings: Notifications, postmaster: Postmaster
) -> None:
    assert len(settings.readers) == 2
    ended = run_program("vernix-registry", "notify", "--test", "--data", registry.folder.root)
    assert ended.code == 0, ended.err
    assert sorted(to for to, _ in told(postmaster)) == ["desk@registry.example", "records@site.example"]
    assert "2 tests were taken" in ended.err
    assert PASSWORD not in ended.err


def test_a_stop_at_a_real_gateway_reaches_the_desk(
    kit: ExchangeKit, registry: Registry, settings: Notifications, postmaster: Postmaster
) -> None:
    """Programs only: the gateway stops a partner, ``run`` asks it, the mail server gets the mail."""
    assert settings.readers
    quota = Quota(collected_deliveries=1)
    entry = replace(kit.directory.partner("riverside"), quota=quota)
    kit.publish(partners=kit.with_partner(entry))
    options = ("--data", kit.folder, "--passphrase-file", kit.folder.with_name("passphrase"))
    with kit.running() as gateway:
        part = kit.seal(b"CANARY: not for a mail", to="riverside")
        posted = [gateway.deliver(part, sender="registry", to=["riverside"]) for _ in range(2)]
        asked = [gateway.signed("riverside", "GET", f"/deliveries/{each.id}/parts/0") for each in posted]
        assert [answer.status for answer in asked] == [200, 429]
        for _ in range(2):
            ended = run_program("vernix-registry", "run", "--once", *options)
            assert ended.code == 0, ended.err
    assert sorted(told(postmaster)) == [
        ("desk@registry.example", "[vernix] Collecting was stopped / Un retrait a été arrêté"),
        ("records@site.example", "[vernix] Deliveries wait / Des envois attendent"),
    ]
    sent = b"".join(mail.as_bytes() for mail in postmaster.taken)
    assert b"CANARY" not in sent
    assert b"riverside" not in sent
    status = run_program("vernix-registry", "status", "--data", kit.folder)
    assert "stopped: riverside since" in status.out
    assert "Mails: 2 sent, 0 wait, 0 given up." in status.out
    assert registry.folder.root.exists()


WRONG = {
    "no table": "[labels]\n",
    "unknown field": DESK + '\nmore = "x"',
    "unknown kind": '[[readers]]\naddress = "a@b.example"\nkinds = ["everything"]',
    "two addresses": '[[readers]]\naddress = "a@b.example, c@d.example"\nkinds = ["brake"]',
    "a header in an address": '[[readers]]\naddress = "a@b.example\\nBcc: c@d.example"\nkinds = ["brake"]',
    "in the clear": '[smtp]\nhost = "mail.example"\nsender = "a@b.example"\nsecurity = "none"',
    "a user without a password": '[smtp]\nhost = "mail.example"\nsender = "a@b.example"\nuser = "me"',
    "no TOML": "[",
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_named_and_stop_nothing(
    name: str, registry: Registry, hospital: Hospital, tmp_path: Path
) -> None:
    smtp = (
        "" if "smtp" in WRONG[name] or name == "no table" else '[smtp]\nhost = "h"\nsender = "a@b.example"\n'
    )
    registry.folder.notifications.write_text(f"{smtp}{WRONG[name]}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"notifications\.toml"):
        read_settings(registry.folder.notifications)
    assert tmp_path.exists()
    assert hospital.send(GOOD)
    assert work(registry) == 0


def test_no_settings_are_none(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "notifications.toml") is None
    assert set(KINDS) == {"delivery", "receipt", "expiry", "quota", "refused", "brake", "missing"}
