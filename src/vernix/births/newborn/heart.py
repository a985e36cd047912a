"""Encounter ``heart_screening``: oxygen saturation measured to find critical congenital heart disease."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from vernix.births.against_births import against_births
from vernix.births.birth.event import Event
from vernix.births.checks import Check, one
from vernix.births.codes import UNKNOWN, YES_NO, CodeSet, Words, code
from vernix.births.declaring import Block, Pair, element, elements_of
from vernix.births.elements import Places
from vernix.births.encounter import Encounter
from vernix.births.identity import ChildIdentity, MotherIdentity, Record
from vernix.births.identity_checks import identity_checks
from vernix.births.moments import minutes_between
from vernix.births.newborn.child import BORN
from vernix.births.newborn.oximetry import OXIMETRY
from vernix.births.newborn.screen_codes import PASS_OR_REFER, SCREEN_SETTING, SCREEN_STATUS
from vernix.births.newborn.screening.codes import SCREEN_NOT_DONE_REASON
from vernix.births.rules import asks_for, in_order, not_to_come, nothing_told_of

if TYPE_CHECKING:
    import ibis

ECHO_RESULT = CodeSet(
    "echo_result",
    (
        code("normal", "Normal", "Normale"),
        code("critical", "Critical heart disease", "Cardiopathie critique", "cchd"),
        code("other_heart", "Other heart disease", "Autre cardiopathie", "non-critical"),
        code("pending", "Pending", "En attente"),
        UNKNOWN,
    ),
)


def _saturation(label: Pair, definition: Pair, *aliases: str, loinc: str | None = None) -> Any:
    """A reading of a pulse oximeter."""
    return element(
        "integer",
        label,
        definition,
        unit="%",
        possible=(1, 100),
        plausible=(70, 100),
        aliases=aliases,
        at=Places(loinc=loinc),
    )


class HeartScreen(Block, subject="child", privacy="clinical", source="NSO CCHD screen"):
    """Whether a child was screened, when, where, and what came of it."""

    heart_screen_status = element(
        SCREEN_STATUS,
        ("Heart screen done", "Dépistage cardiaque fait"),
        (
            "Whether pulse oximetry was done; not needed where heart disease was known before.",
            "Si l’oxymétrie a été faite ; non nécessaire si une cardiopathie était déjà connue.",
        ),
        required="expected",
        aliases=("cchd_status", "pulse_ox_status"),
    )
    heart_screen_not_done_reason = element(
        SCREEN_NOT_DONE_REASON,
        ("Why there was no heart screen", "Pourquoi pas de dépistage cardiaque"),
        ("The main reason.", "La raison principale."),
        aliases=("cchd_not_done_reason",),
        at=Places(loinc="73698-3"),
    )
    heart_screen_date = element(
        "date",
        ("Date of heart screen", "Date du dépistage cardiaque"),
        ("The day of the first reading.", "Le jour de la première lecture."),
        privacy="quasi",
        required="expected",
        aliases=("cchd_date", "pulse_ox_date"),
        at=Places(hl7=("OBX-14", "OBR-7")),
    )
    heart_screen_time = element(
        "time",
        ("Time of heart screen", "Heure du dépistage cardiaque"),
        ("Local time of the first reading.", "Heure locale de la première lecture."),
        privacy="quasi",
        aliases=("cchd_time", "pulse_ox_time"),
        at=Places(hl7=("OBX-14", "OBR-7")),
    )
    heart_screen_age = element(
        "integer",
        ("Age at heart screen", "Âge au dépistage cardiaque"),
        ("In completed hours since birth.", "En heures révolues depuis la naissance."),
        unit="h",
        possible=(0, 5000),
        plausible=(18, 200),
        aliases=("cchd_age_hours", "age_at_screen"),
    )
    heart_screen_setting = element(
        SCREEN_SETTING,
        ("Where the heart was screened", "Lieu du dépistage cardiaque"),
        ("Kind of place.", "Genre de lieu."),
        aliases=("cchd_setting",),
    )
    oxygen_at_heart_screen = element(
        YES_NO,
        ("On oxygen at the heart screen", "Sous oxygène au dépistage cardiaque"),
        (
            "Whether the child received oxygen, which hides what the screen looks for.",
            "Si l’enfant recevait de l’oxygène, ce qui dissimule ce que le dépistage cherche.",
        ),
        aliases=("supplemental_oxygen", "on_oxygen"),
    )
    heart_disease_known = element(
        YES_NO,
        ("Heart disease known before", "Cardiopathie déjà connue"),
        ("Seen before birth, or before the screen.", "Vue avant la naissance, ou avant le dépistage."),
        aliases=("prenatal_diagnosis", "chd_known"),
    )


class HeartReadings(Block, subject="child", privacy="clinical", source="NSO CCHD screen"):
    """Up to three readings, an hour apart: right hand, either foot, and what each says."""

    saturation_right_hand_1 = _saturation(
        ("First reading, right hand", "Première lecture, main droite"),
        ("Saturation before the duct.", "Saturation préductale."),
        "rh1",
        "preductal",
        "spo2_hand_1",
        loinc="59407-7",
    )
    saturation_foot_1 = _saturation(
        ("First reading, foot", "Première lecture, pied"),
        ("Saturation after the duct.", "Saturation postductale."),
        "f1",
        "postductal",
        "spo2_foot_1",
        loinc="59418-4",
    )
    heart_result_1 = element(
        PASS_OR_REFER,
        ("Result of the first reading", "Résultat de la première lecture"),
        ("By the algorithm of the programme.", "Selon l’algorithme du programme."),
        aliases=("cchd_result_1",),
    )
    saturation_right_hand_2 = _saturation(
        ("Second reading, right hand", "Deuxième lecture, main droite"),
        ("An hour after the first, if it was to be repeated.", "Une heure après la première, s’il y a lieu."),
        "rh2",
        "spo2_hand_2",
    )
    saturation_foot_2 = _saturation(
        ("Second reading, foot", "Deuxième lecture, pied"),
        ("An hour after the first, if it was to be repeated.", "Une heure après la première, s’il y a lieu."),
        "f2",
        "spo2_foot_2",
    )
    heart_result_2 = element(
        PASS_OR_REFER,
        ("Result of the second reading", "Résultat de la deuxième lecture"),
        ("By the algorithm of the programme.", "Selon l’algorithme du programme."),
        aliases=("cchd_result_2",),
    )
    saturation_right_hand_3 = _saturation(
        ("Third reading, right hand", "Troisième lecture, main droite"),
        (
            "An hour after the second, if it was to be repeated.",
            "Une heure après la deuxième, s’il y a lieu.",
        ),
        "rh3",
        "spo2_hand_3",
    )
    saturation_foot_3 = _saturation(
        ("Third reading, foot", "Troisième lecture, pied"),
        (
            "An hour after the second, if it was to be repeated.",
            "Une heure après la deuxième, s’il y a lieu.",
        ),
        "f3",
        "spo2_foot_3",
    )
    heart_result_3 = element(
        PASS_OR_REFER,
        ("Result of the third reading", "Résultat de la troisième lecture"),
        ("By the algorithm of the programme.", "Selon l’algorithme du programme."),
        aliases=("cchd_result_3",),
    )


class HeartResult(Block, subject="child", privacy="clinical", source="NSO CCHD screen"):
    """The result of the screen, and what was done about it."""

    heart_screen_result = element(
        PASS_OR_REFER,
        ("Result of the heart screen", "Résultat du dépistage cardiaque"),
        ("After the last reading.", "Après la dernière lecture."),
        required="expected",
        aliases=("cchd_result", "cchd_interpretation", "pulse_ox_result"),
        at=Places(loinc="73700-7"),
    )
    heart_referral = element(
        YES_NO,
        ("Seen because of the heart screen", "Examiné à cause du dépistage cardiaque"),
        (
            "Whether a physician examined the child because of the result.",
            "Si un médecin a examiné l’enfant à cause du résultat.",
        ),
        aliases=("cchd_referral", "assessed"),
    )
    echo_date = element(
        "date",
        ("Date of echocardiogram", "Date de l’échocardiographie"),
        ("The first after the screen.", "La première après le dépistage."),
        privacy="quasi",
        aliases=("echocardiogram_date",),
    )
    echo_result = element(
        ECHO_RESULT,
        ("Result of the echocardiogram", "Résultat de l’échocardiographie"),
        ("The gravest finding.", "La constatation la plus grave."),
        aliases=("echocardiogram", "echocardiogram_result"),
    )


_READINGS = (
    "saturation_right_hand_1",
    "saturation_foot_1",
    "saturation_right_hand_2",
    "saturation_foot_2",
    "saturation_right_hand_3",
    "saturation_foot_3",
)
_FIRST, _SECOND = date(2024, 3, 1), date(2024, 3, 2)


def _too_early(t: ibis.Table) -> ibis.Value:
    age = minutes_between(t.birth_date, t.birth_time, t.heart_screen_date, t.heart_screen_time)
    return (age < 24 * 60) & (t.heart_screen_status == "done")


def _pass_in_spite_of_a_reading(t: ibis.Table) -> ibis.Value:
    low = reduce(or_, ((t[name] < 90).fill_null(False) for name in _READINGS))
    return (t.heart_screen_result == "pass") & low


def _refer_in_spite_of_the_last_reading(t: ibis.Table) -> ibis.Value:
    last = t.heart_result_3.coalesce(t.heart_result_2, t.heart_result_1)
    return last.isin(("pass", "refer")) & (t.heart_screen_result != last)


def _another_reading_after_a_pass(t: ibis.Table) -> ibis.Value:
    after_first = (t.heart_result_1 == "pass") & (
        t.saturation_right_hand_2.notnull() | t.saturation_foot_2.notnull()
    )
    after_second = (t.heart_result_2 == "pass") & (
        t.saturation_right_hand_3.notnull() | t.saturation_foot_3.notnull()
    )
    return after_first.fill_null(False) | after_second.fill_null(False)


HEART_CHECKS = (
    not_to_come("CC-DAT-01", HeartScreen.heart_screen_date, source="NSO CCHD screen"),
    in_order(
        "CC-DAT-02",
        Event.birth_date,
        HeartScreen.heart_screen_date,
        times=(Event.birth_time, HeartScreen.heart_screen_time),
        source="NSO CCHD screen",
    ),
    in_order(
        "CC-DAT-03", HeartScreen.heart_screen_date, HeartResult.echo_date, source="vernix", severity="soft"
    ),
    Check(
        code="CC-AGE-01",
        severity="soft",
        elements=(
            "heart_screen_date",
            "heart_screen_time",
            "birth_date",
            "birth_time",
            "heart_screen_status",
        ),
        text=Words(
            "The heart was screened before 24 hours of age, when healthy children still fail: check the "
            "times.",
            "Le dépistage cardiaque a été fait avant 24 heures de vie, quand des enfants sains échouent "
            "encore : vérifiez les heures.",
        ),
        source="NSO CCHD screen: 24 to 36 hours",
        expression=_too_early,
        examples=(
            one(
                "at 12 h",
                True,
                heart_screen_status="done",
                birth_date=_FIRST,
                birth_time="08:00",
                heart_screen_date=_FIRST,
                heart_screen_time="20:00",
            ),
            one(
                "at 26 h",
                False,
                heart_screen_status="done",
                birth_date=_FIRST,
                birth_time="08:00",
                heart_screen_date=_SECOND,
                heart_screen_time="10:00",
            ),
        ),
    ),
    Check(
        code="CC-RES-01",
        severity="hard",
        elements=("heart_screen_result", *_READINGS),
        text=Words(
            "A reading under 90 % is never a pass: correct the reading or the result, and look at the child.",
            "Une lecture sous 90 % n’est jamais réussie : corrigez la lecture ou le résultat, et voyez "
            "l’enfant.",
        ),
        source="NSO CCHD screen: algorithm",
        expression=_pass_in_spite_of_a_reading,
        examples=(
            one(
                "89 at the foot",
                True,
                heart_screen_result="pass",
                saturation_right_hand_1=96,
                saturation_foot_1=89,
            ),
            one(
                "90 at the foot",
                False,
                heart_screen_result="pass",
                saturation_right_hand_1=96,
                saturation_foot_1=90,
            ),
            one("referred", False, heart_screen_result="refer", saturation_foot_1=85),
        ),
    ),
    Check(
        code="CC-RES-02",
        severity="soft",
        elements=("heart_screen_result", "heart_result_1", "heart_result_2", "heart_result_3"),
        text=Words(
            "The result of the screen is not that of its last reading: correct one of them.",
            "Le résultat du dépistage n’est pas celui de la dernière lecture : corrigez l’un des deux.",
        ),
        source="NSO CCHD screen: algorithm",
        expression=_refer_in_spite_of_the_last_reading,
        examples=(
            one(
                "passed at last",
                True,
                heart_result_1="repeat",
                heart_result_2="pass",
                heart_screen_result="refer",
            ),
            one(
                "the last decides",
                False,
                heart_result_1="repeat",
                heart_result_2="pass",
                heart_screen_result="pass",
            ),
            one("only the result is sent", False, heart_screen_result="refer"),
        ),
    ),
    Check(
        code="CC-RES-03",
        severity="soft",
        elements=(
            "heart_result_1",
            "heart_result_2",
            "saturation_right_hand_2",
            "saturation_foot_2",
            "saturation_right_hand_3",
            "saturation_foot_3",
        ),
        text=Words(
            "There is another reading after one that was passed: check the results and their order.",
            "Il y a une lecture après une lecture réussie : vérifiez les résultats et leur ordre.",
        ),
        source="NSO CCHD screen: algorithm",
        expression=_another_reading_after_a_pass,
        examples=(
            one("after a pass", True, heart_result_1="pass", saturation_right_hand_2=97),
            one("after a repeat", False, heart_result_1="repeat", saturation_right_hand_2=97),
        ),
    ),
    asks_for(
        "CC-RES-04",
        HeartResult.heart_screen_result,
        ("refer",),
        HeartResult.heart_referral,
        source="NSO CCHD screen",
    ),
    asks_for(
        "CC-STA-01",
        HeartScreen.heart_screen_status,
        ("declined", "missed"),
        HeartScreen.heart_screen_not_done_reason,
        source="LOINC 73698-3",
    ),
    nothing_told_of(
        "CC-STA-02",
        HeartScreen.heart_screen_status,
        ("declined", "missed"),
        (
            HeartReadings.saturation_right_hand_1,
            HeartReadings.saturation_foot_1,
            HeartResult.heart_screen_result,
        ),
        source="NSO CCHD screen",
        severity="hard",
    ),
    nothing_told_of(
        "CC-STA-03",
        HeartScreen.heart_screen_status,
        ("done",),
        (HeartScreen.heart_screen_not_done_reason,),
        source="LOINC 73698-3",
    ),
)

_ELEMENTS = elements_of(
    Record, ChildIdentity, *BORN, Event.gestation, MotherIdentity, HeartScreen, HeartReadings, HeartResult
)

HEART_SCREENING = Encounter(
    name="heart_screening",
    label=Words("Heart screening", "Dépistage cardiaque"),
    definition=Words(
        "Pulse oximetry of a newborn for critical congenital heart disease: up to three readings, the result "
        "and what followed. One row for each child.",
        "Oxymétrie d’un nouveau-né pour les cardiopathies congénitales critiques : jusqu’à trois lectures, "
        "le résultat et la suite. Une ligne par enfant.",
    ),
    elements=_ELEMENTS,
    when=("heart_screen_date", "birth_date"),
    optional=(Event.gestation, Event.plurality),
    checks=identity_checks("CC", _ELEMENTS) + HEART_CHECKS + OXIMETRY,
    book_checks=against_births("CC", _ELEMENTS),
)
