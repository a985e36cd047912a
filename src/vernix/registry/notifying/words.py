"""What a mail says, in English and in French: one text a fact, the operator's label if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vernix.registry.notifying.facts import Fact


@dataclass(frozen=True)
class Text:
    """One fact in both languages: subject and sentence."""

    subject: tuple[str, str]
    english: str
    french: str


TEXTS: Mapping[str, Text] = {
    "waiting": Text(
        ("Deliveries wait", "Des envois attendent"),
        "{count} deliveries wait to be collected, the oldest since {time}.",
        "{count} envois attendent d'être retirés, le plus ancien depuis le {time}.",
    ),
    "signed": Text(
        ("Receipts", "Accusés de réception"),
        "The registry has signed for {count} deliveries and answered them: {ids}.",
        "Le registre a signé pour {count} envois et y a répondu : {ids}.",
    ),
    "expiring": Text(
        ("Deliveries are about to end", "Des envois arrivent à échéance"),
        "{count} deliveries that nobody has collected will be deleted within three days.",
        "{count} envois que personne n'a retirés seront supprimés dans les trois jours.",
    ),
    "key-ends": Text(
        ("A key is about to end", "Une clé arrive à échéance"),
        "The key {key} ends at {time}. Renew it before: afterwards nothing is taken from it or sealed to it.",
        "La clé {key} prend fin le {time}. Renouvelez-la avant : ensuite elle ne sert plus à rien.",
    ),
    "own-keys": Text(
        ("The registry's keys are to be renewed", "Les clés du registre sont à renouveler"),
        "The registry's own keys are to be renewed by {time}: vernix-registry renew-keys.",
        "Les clés du registre lui-même sont à renouveler avant le {time} : vernix-registry renew-keys.",
    ),
    "quota": Text(
        ("A quota is nearly used up", "Un quota est presque épuisé"),
        "{percent} % of a quota is used: {name}. At its end the gateway takes nothing more.",
        "{percent} % d'un quota est utilisé : {name}. Une fois épuisé, la passerelle ne prend plus rien.",
    ),
    "refused": Text(
        ("Deliveries were refused", "Des envois ont été refusés"),
        "{count} deliveries were refused or set aside: {ids}.",
        "{count} envois ont été refusés ou mis de côté : {ids}.",
    ),
    "missing": Text(
        ("A file is missing", "Un fichier manque"),
        "Files with later numbers have arrived, but not number {numbers} of series {series}; noticed {time}. "
        "vernix sent --json says which file it was; if it is not on its way, send it again.",
        "Des fichiers de numéros ultérieurs sont arrivés, mais pas le numéro {numbers} de la série "
        "{series} ; constaté le {time}. vernix sent --json dit quel fichier c'était ; s'il n'est pas en "
        "route, renvoyez-le.",
    ),
    "refused-there": Text(
        ("The gateway refused requests", "La passerelle a refusé des demandes"),
        "The gateway refused {count} requests: {much} beyond a bound or a quota, {often} too often, "
        "{rest} for other reasons. vernix-registry transfers refused lists them.",
        "La passerelle a refusé {count} demandes : {much} au-delà d'une limite ou d'un quota, {often} trop "
        "fréquentes, {rest} pour d'autres raisons. vernix-registry transfers refused les énumère.",
    ),
    "stopped": Text(
        ("Collecting was stopped", "Un retrait a été arrêté"),
        "Collecting was stopped at {time}: it would have been far more than ever before. Make sure, by "
        "another road, that it was the partner itself; then run vernix-registry release-brake.",
        "Un retrait a été arrêté le {time} : il aurait été bien plus grand que jamais. Assurez-vous, par une "
        "autre voie, que c'était bien le partenaire ; puis lancez vernix-registry release-brake.",
    ),
    "test": Text(
        ("A test", "Un essai"),
        "This is a test of the notifications. Nothing happened.",
        "Ceci est un essai des notifications. Rien ne s'est passé.",
    ),
}

_END = (
    "vernix-registry status, or vernix inbox at the partner's, says more. This message holds no content.",
    "vernix-registry status, ou vernix inbox chez le partenaire, en dit plus. Ce message est sans contenu.",
)


def subject(fact: Fact) -> str:
    """The subject line, both languages."""
    return "[vernix] " + " / ".join(TEXTS[fact.about].subject)


def body(fact: Fact, label: str | None) -> str:
    """The whole text. ``label`` is what the operator calls the partner; without one nobody is named."""
    text = TEXTS[fact.about]
    head = [] if label is None else [label, ""]
    english, french = (words.format_map(fact.values) for words in (text.english, text.french))
    return "\n".join([*head, english, _END[0], "", "--", "", french, _END[1], ""])
