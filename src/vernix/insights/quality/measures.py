"""What is counted of the records of one month, and of the rows that were refused.

The measures of records read columns that `vernix.insights.quality.records.prepared` makes, those of refused
rows read ``taken`` (the record was taken since) and ``again`` (the same record was refused before).
"""

from __future__ import annotations

from vernix.births.codes import Words
from vernix.insights.measures import Measure, Worked

RECORDS = Measure(
    name="records",
    label=Words("Records", "Dossiers"),
    definition=Words(
        "Records of the month that the registry has.",
        "Dossiers du mois que possède le registre.",
    ),
    source="BORN data-quality framework: completeness",
    denominator=lambda t: t.times > 0,
    numerator=lambda t: t.times > 0,
    share=False,
    examples=(Worked("a record that came once", "case", {"times": 1}),),
)

INCOMPLETE = Measure(
    name="incomplete",
    label=Words("Incomplete", "Incomplets"),
    definition=Words(
        "Records in which a required or expected element is blank or “unknown”.",
        "Dossiers où un élément exigé ou attendu est vide ou « inconnu ».",
    ),
    source="BORN data-quality framework: completeness",
    denominator=lambda t: t.times > 0,
    numerator=lambda t: t.lacking > 0,
    examples=(
        Worked("two elements are blank", "case", {"times": 1, "lacking": 2}),
        Worked("all are there", "other", {"times": 1, "lacking": 0}),
    ),
)

QUESTIONED = Measure(
    name="questioned",
    label=Words("Implausible", "Invraisemblables"),
    definition=Words(
        "Records with a value outside of its plausible range, or that break a rule that only warns, and the "
        "site does not stand by it.",
        "Dossiers dont une valeur sort de l’intervalle vraisemblable, ou qui enfreignent une règle "
        "d’avertissement, sans que l’établissement l’ait confirmé.",
    ),
    source="BORN data-quality framework: accuracy",
    denominator=lambda t: t.times > 0,
    numerator=lambda t: t.questions > 0,
    examples=(
        Worked("one warning stands", "case", {"times": 1, "questions": 1, "stood_by": 1}),
        Worked("the only warning was confirmed", "other", {"times": 1, "questions": 0, "stood_by": 1}),
        Worked("no warning", "other", {"times": 1, "questions": 0}),
    ),
)

OVERRIDDEN = Measure(
    name="overridden",
    label=Words("Stood by", "Confirmés"),
    definition=Words(
        "Records with such a value that the site looked at and stands by.",
        "Dossiers dont une telle valeur a été vérifiée et confirmée par l’établissement.",
    ),
    source="BORN data-quality framework: accuracy",
    denominator=lambda t: t.times > 0,
    numerator=lambda t: t.stood_by > 0,
    examples=(
        Worked("an unusual weight, confirmed", "case", {"times": 1, "stood_by": 1}),
        Worked("nothing was confirmed", "other", {"times": 1, "stood_by": 0}),
    ),
)

LATE = Measure(
    name="late",
    label=Words("Late", "En retard"),
    definition=Words(
        "Records that first came more days after the event than the registry allows, of those whose event "
        "has a date.",
        "Dossiers reçus plus de jours après l’événement que le registre n’en admet, parmi ceux dont "
        "l’événement est daté.",
    ),
    source="BORN data-quality framework: timeliness",
    denominator=lambda t: t.days.notnull(),
    numerator=lambda t: t.days > t.late_after,
    examples=(
        Worked("31 days where 30 are allowed", "case", {"days": 31, "late_after": 30}),
        Worked("on the last day", "other", {"days": 30, "late_after": 30}),
        Worked("the event has no date", "outside", {"late_after": 30}),
    ),
)

UNLINKED = Measure(
    name="unlinked",
    label=Words("No birth known", "Sans naissance connue"),
    definition=Words(
        "Records of a child for which the registry has no birth of the same mother within two days of the "
        "same date, of those with a mother’s number and a date of birth.",
        "Dossiers d’un enfant pour lequel le registre n’a pas de naissance de la même mère à deux jours "
        "près, parmi ceux qui ont le numéro de la mère et une date de naissance.",
    ),
    source="NSO missed-screen process, turned round",
    denominator=lambda t: t.linked.notnull(),
    numerator=lambda t: ~t.linked,
    examples=(
        Worked("a screen without a birth", "case", {"linked": False}),
        Worked("a screen of a child whose birth is here", "other", {"linked": True}),
        Worked("nobody can say: no number of the mother", "outside", {}),
    ),
)

RESENT = Measure(
    name="resent",
    label=Words("Sent again", "Renvoyés"),
    definition=Words(
        "Records that came in more than one row: corrected, or sent twice.",
        "Dossiers venus en plusieurs lignes : corrigés, ou envoyés deux fois.",
    ),
    source="BORN data-quality framework: usability",
    denominator=lambda t: t.times > 0,
    numerator=lambda t: t.times > 1,
    examples=(
        Worked("a correction came", "case", {"times": 2}),
        Worked("it came once", "other", {"times": 1}),
    ),
)

DOUBLED = Measure(
    name="doubled",
    label=Words("Perhaps twice", "Peut-être doubles"),
    definition=Words(
        "Records that share mother, date and birth order with another record of the same site, of those that "
        "have all three.",
        "Dossiers qui partagent mère, date et rang de naissance avec un autre dossier du même "
        "établissement, parmi ceux qui ont les trois.",
    ),
    source="OpenCRVS birth duplicates",
    denominator=lambda t: t.alike.notnull(),
    numerator=lambda t: t.alike > 1,
    examples=(
        Worked("one child under two record numbers", "case", {"alike": 2}),
        Worked("nobody is like it", "other", {"alike": 1}),
        Worked("the birth order of a twin is blank", "outside", {}),
    ),
)

REFUSED = Measure(
    name="refused",
    label=Words("Rows refused", "Lignes rejetées"),
    definition=Words(
        "Rows of the month that were sent and not taken.",
        "Lignes du mois envoyées et non retenues.",
    ),
    source="BORN data-quality framework: accuracy",
    denominator=lambda t: t.taken.notnull(),
    numerator=lambda t: t.taken.notnull(),
    share=False,
    examples=(Worked("a row with an error", "case", {"taken": False, "again": False}),),
)

OPEN = Measure(
    name="open",
    label=Words("Not mended yet", "Non corrigés encore"),
    definition=Words(
        "Records of such rows of which no later row was taken: they are missing in the registry.",
        "Dossiers de telles lignes dont aucune ligne ultérieure n’a été retenue : ils manquent au registre.",
    ),
    source="BORN data-quality framework: completeness",
    denominator=lambda t: ~t.taken & ~t.again,
    numerator=lambda t: ~t.taken & ~t.again,
    share=False,
    examples=(
        Worked("refused and never mended", "case", {"taken": False, "again": False}),
        Worked("mended since", "outside", {"taken": True, "again": False}),
        Worked("its record is counted already", "outside", {"taken": False, "again": True}),
    ),
)

RECORD_MEASURES = (RECORDS, INCOMPLETE, QUESTIONED, OVERRIDDEN, LATE, UNLINKED, RESENT, DOUBLED)
"""Measures of the records that the registry has, in the order of the report."""

REFUSED_MEASURES = (REFUSED, OPEN)
"""Measures of the rows that it refused."""

QUALITY_MEASURES = (*RECORD_MEASURES, *REFUSED_MEASURES)
