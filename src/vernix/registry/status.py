"""``vernix-registry status``: what arrived, what failed, what waits. Needs no key."""

from __future__ import annotations

from collections import Counter
from typing import Any

from vernix.console import print_json, tell
from vernix.courier.keeping import read_json
from vernix.custody.identifiers import REGISTRY, format_time, utc_now
from vernix.custody.trust import DirectoryMirror
from vernix.errors import NotProven, UsageError
from vernix.registry.book import ORDER, Book
from vernix.registry.key_ends import is_due, renew_by
from vernix.registry.options import Data, Json
from vernix.registry.overseeing import gateway_state
from vernix.registry.settings import RegistryFolder, find_folder, open_workflow
from vernix.registry.trouble import Trouble
from vernix.registry.witnessing import watch_file

_LISTED = 20
_WHOSE = ["pseudonym", "mother_pseudonym", "cleared"]


def status(*, data: Data = None, json: Json = False) -> None:
    """Say what arrived, what failed and what waits, and what is kept."""
    folder = find_folder(data)
    folder.profile()
    open_workflow(folder)
    document = look(folder)
    if json:
        print_json(document)
    else:
        _tell(document)


def look(folder: RegistryFolder) -> dict[str, Any]:
    """The status as a document: counts, states, ids and times; nothing of any record."""
    from vernix.registry.workflow.models import State, Submission

    submissions = Submission.objects.defer("envelope")
    set_aside = submissions.filter(state=State.SET_ASIDE)
    waiting = submissions.exclude(state__in=(State.DONE, State.SET_ASIDE))
    last = submissions.order_by("-sequence").first()
    people = _people(Book(folder.book))
    return {
        "gateway": folder.profile().gateway,
        "directory": _directory(folder),
        "invitations": _invitations(),
        "ledger": read_json(watch_file(folder)),
        "trouble": Trouble(folder.trouble).read(),
        "submissions": {
            "total": submissions.count(),
            "by_state": dict(Counter(submissions.values_list("state", flat=True))),
            "by_result": dict(Counter(filter(None, submissions.values_list("result", flat=True)))),
            "vouched_for_by_the_gateway_only": submissions.filter(bare=True).count(),
            "in_the_test_lane": submissions.filter(purpose="test").count(),
            "last_arrived": format_time(last.arrived_at) if last else None,
        },
        "waiting": [_described(each) for each in waiting.order_by("sequence")[:_LISTED]],
        "set_aside": [_described(each) for each in set_aside.order_by("sequence")[:_LISTED]],
        "missing": _missing(),
        "messages": _messages(folder),
        "gateway_state": gateway_state(folder),
        "mail": _mail(folder),
        **people,
    }


def _directory(folder: RegistryFolder) -> dict[str, Any]:
    mirror = DirectoryMirror(folder.public, folder.profile().root_fingerprint)
    try:
        directory, age = mirror.current(), int(mirror.age().total_seconds())
    except NotProven as error:
        return {"trouble": error.message}
    partners = [partner.id for partner in directory.partners if partner.role == "partner"]
    return {
        "version": directory.version,
        "age_seconds": age,
        "partners": len(partners),
        "held_to_tests": [each for each in partners if directory.is_held_to_tests(each, REGISTRY)],
        "own_keys": {"renew_by": format_time(renew_by(directory)), "due": is_due(directory, utc_now())},
        "keys_ending": [
            {"partner": partner.id, "key": key.id, "label": key.label, "ends": format_time(key.valid_until)}
            for partner, key in directory.ending(utc_now())
            if key.valid_until is not None
        ],
    }


def _mail(folder: RegistryFolder) -> dict[str, Any] | None:
    """How the notifications stand; None where nobody is to be told."""
    from vernix.registry.notifying.command import outbox_document
    from vernix.registry.notifying.settings import read_settings

    try:
        settings = read_settings(folder.notifications)
    except UsageError as error:
        return {**outbox_document(), "trouble": error.message}
    return None if settings is None else outbox_document()


def _messages(folder: RegistryFolder) -> dict[str, int]:
    # The tables are open only now.
    from vernix.registry.messages import counted

    return counted(folder)


def _missing() -> list[dict[str, str]]:
    """Files that partners numbered and that have not arrived, while later ones have."""
    # The tables are open only now.
    from vernix.registry.numbering import gaps, spelled

    return [
        {
            "partner": gap.partner,
            "purpose": gap.purpose,
            "encounter": gap.encounter,
            "series": gap.series,
            "numbers": spelled([(gap.first, gap.last)]),
            "since": format_time(gap.noticed),
        }
        for gap in gaps(utc_now())
    ]


def _invitations() -> list[dict[str, str]]:
    """The open invitations."""
    # The tables are open only now.
    from vernix.registry.inviting import open_rows

    return [
        {"expires": format_time(row.expires_at), "name": row.partner_name, "partner": row.partner}
        for row in open_rows()
    ]


def _people(book: Book) -> dict[str, Any]:
    """Counts of records and of persons: children by pseudonym, mothers by the health number said last."""
    rows, births, mothers = {}, 0, 0
    for encounter, table in book.kept():
        said = table.read([*_WHOSE, *ORDER])
        rows[encounter] = said.num_rows
        if encounter == "birth":
            last: dict[bytes, bytes | None] = {}
            said = said.sort_by([(name, "ascending") for name in ORDER]).select(_WHOSE)
            for child, mother, cleared in zip(*(column.to_pylist() for column in said.columns), strict=True):
                if mother is not None or child not in last or "mother_pseudonym" in (cleared or ()):
                    last[child] = mother
            births = len(last)
            # Without a number she counts as nobody else's mother.
            mothers = len({mother or child for child, mother in last.items()})
    return {"births": births, "persons": births + mothers, "rows": rows}


def _described(submission: Any) -> dict[str, Any]:
    return {
        "attempts": submission.attempts,
        "delivery": submission.delivery,
        "failures": submission.failures,
        "partner": submission.sender,
        "purpose": submission.purpose,
        "state": submission.state,
        "trouble": submission.trouble,
    }


def _tell(document: dict[str, Any]) -> None:
    _tell_directory(document["directory"])
    for each in document["invitations"]:
        tell(f"  invited: {each['name']} (as {each['partner']}) until {each['expires']}")
    _tell_ledger(document["ledger"])
    if trouble := document["trouble"]:
        tell(
            f"The last look at the gateway failed: {trouble['what']} ({trouble['error']} at "
            f"{trouble['place']}), since {trouble['since']}, last tried {trouble['last']}. "
            "Post waits there; run goes on by itself when the cause is gone."
        )
    _tell_submissions(document)
    if unread := document["messages"]["unread"]:
        tell(f"Messages: {unread} not read; vernix-registry messages lists them.")
    _tell_of_gateway(document["gateway_state"])
    if (mail := document["mail"]) is not None:
        trouble = f" The last trouble: {mail['trouble']}" if mail["trouble"] else ""
        tell(f"Mails: {mail['sent']} sent, {mail['waiting']} wait, {mail['given_up']} given up.{trouble}")
    tell(f"Kept: {document['births']} births, {document['persons']} persons.")


def _tell_directory(directory: dict[str, Any]) -> None:
    if "trouble" in directory:
        tell(f"Directory: {directory['trouble']} vernix-registry run renews it.")
        return
    tell(
        f"Directory: version {directory['version']}, {directory['partners']} partners, "
        f"vouched for {directory['age_seconds']} s ago."
    )
    if (own := directory["own_keys"])["due"]:
        tell(f"  The registry's own keys are to be renewed by {own['renew_by']}: vernix-registry renew-keys")
    for each in directory["keys_ending"]:
        tell(f"  key {each['key']} of {each['partner']} ends {each['ends']}; they run: vernix renew")
    for each in directory["held_to_tests"]:
        tell(f"  in the test lane: {each}; to promote it: vernix-registry grant {each} registry submission")


def _tell_submissions(document: dict[str, Any]) -> None:
    submissions = document["submissions"]
    states = ", ".join(f"{count} {state}" for state, count in sorted(submissions["by_state"].items()))
    tell(f"Deliveries: {submissions['total']}" + (f" ({states})" if states else "") + ".")
    if tests := submissions["in_the_test_lane"]:
        tell(f"  in the test lane: {tests}; nothing of these is kept")
    for title in ("waiting", "set_aside"):
        for each in document[title]:
            trouble = f": {each['trouble']}" if each["trouble"] else ""
            kind = title.replace("_", " ")
            tell(f"  {kind}: {each['delivery']} from {each['partner']}, {each['state']}{trouble}")
    for gap in document["missing"][:_LISTED]:
        tell(
            f"  missing: {gap['purpose']} {gap['encounter']} number {gap['numbers']} from {gap['partner']} "
            f"(series {gap['series']}), noticed {gap['since']}; ask them to look at vernix sent --json"
        )


def _tell_of_gateway(state: dict[str, Any]) -> None:
    """What the gateway said of itself that somebody should know."""
    for stop in state.get("brakes", []):
        tell(
            f"  stopped: {stop['partner']} since {stop['since']}, about to collect far more than ever. "
            "Make sure that it was the partner itself, then: vernix-registry release-brake"
        )
    for used in state.get("quotas", []):
        tell(f"  quota: {used['partner']} has used {used['percent']} % of {used['name']}")


def _tell_ledger(seen: dict[str, Any] | None) -> None:
    if seen is None:
        tell("Ledger: not seen yet.")
        return
    if since := seen.get("unseen_since"):
        tell(
            f"  the gateway has shown nothing of its ledger since {since}, or nothing that could be looked at"
        )
    if "caught" in seen:
        tell(
            f"LEDGER: {seen['says']} Found at {seen['at']}; the evidence is in the folder watch. "
            "Tell the partners by telephone, and have the gateway examined."
        )
    else:
        tell(
            f"Ledger: {seen['events']} events, nothing changed that was seen before; looked at {seen['at']}."
        )
