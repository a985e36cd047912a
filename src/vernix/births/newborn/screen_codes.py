"""Code sets that the screens at the bedside share."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

SCREEN_STATUS = CodeSet(
    "screen_status",
    (
        code("done", "Done", "Fait", "screened", "completed", "effectué"),
        code("incomplete", "Begun and not finished", "Commencé, non terminé", "attempted", "could not test"),
        code("declined", "Declined", "Refusé", "refused"),
        code("deferred", "Deferred", "Reporté", "postponed", "delayed"),
        code("missed", "Missed", "Omis", "not offered", "not done"),
        code("not_needed", "Not needed", "Non nécessaire", "not indicated", "excluded"),
        UNKNOWN,
    ),
)

SCREEN_SETTING = CodeSet(
    "screen_setting",
    (
        code("nursery", "Postpartum unit or nursery", "Unité postnatale ou pouponnière", "postpartum"),
        code("nicu", "Intensive or special care", "Soins intensifs ou spéciaux", "scn", "usin"),
        code("birth_centre", "Birth centre", "Maison de naissance"),
        code("home", "Home", "Domicile"),
        code("clinic", "Clinic", "Clinique", "community", "office"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

PASS_OR_REFER = CodeSet(
    "pass_or_refer",
    (
        code("pass", "Pass", "Réussi", "passed", "negative", "in range", "la18592-8"),
        code("repeat", "Repeat", "À reprendre", "retest", "borderline"),
        code("refer", "Refer", "Orienter", "fail", "failed", "positive", "out of range", "la18593-6"),
        code("not_tested", "Not tested", "Non testé", "not done", "cnt"),
        UNKNOWN,
    ),
)
