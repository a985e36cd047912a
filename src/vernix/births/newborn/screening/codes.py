"""Code sets of the blood-spot screen; ``la...`` are answers of LOINC's newborn screening panel (54089-8)."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

SCREEN_DECISION = CodeSet(
    "screen_decision",
    (
        code("collected", "Collected", "Prélevé", "done", "fait", "effectué"),
        code("declined", "Declined", "Refusé", "refused"),
        code("deferred", "Deferred", "Reporté", "postponed", "delayed"),
        code("missed", "Missed", "Omis", "not offered", "not done"),
        UNKNOWN,
    ),
)

SCREEN_NOT_DONE_REASON = CodeSet(
    "screen_not_done_reason",
    (
        code("declined", "Parents declined", "Refus des parents", "parental refusal", "refused"),
        code("transferred", "Transferred before it was due", "Transféré avant l’échéance", "transfer"),
        code("discharged", "Discharged before it was due", "Congé avant l’échéance", "early discharge"),
        code("assumed", "Thought to be done by another", "Cru fait par un autre", "both assumed"),
        code("ill", "Too ill", "Trop malade", "unstable"),
        code("died", "Child died", "Enfant décédé", "deceased"),
        code("no_equipment", "No equipment or staff", "Ni matériel ni personnel", "equipment failure"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SCREEN_REASON = CodeSet(
    "screen_reason",
    (
        code("initial", "Initial sample", "Premier prélèvement", "initial screen", "first", "la12421-6"),
        code(
            "repeat_unsatisfactory",
            "Repeat of an unsatisfactory sample",
            "Reprise d’un prélèvement insatisfaisant",
            "recollection",
        ),
        code("repeat_result", "Repeat because of a result", "Reprise à cause d’un résultat"),
        code(
            "repeat_protocol",
            "Repeat by protocol: early, preterm, transfused",
            "Reprise selon le protocole : précoce, prématuré, transfusé",
            "subsequent screen",
        ),
        code(
            "repeat", "Repeat, reason not stated", "Reprise, raison non précisée", "subsequent", "la16473-3"
        ),
        UNKNOWN,
    ),
)

COLLECTION_METHOD = CodeSet(
    "collection_method",
    (
        code("heel", "Heel prick", "Piqûre au talon", "heel stick", "capillary", "la25402-1"),
        code("venous", "Venous puncture", "Ponction veineuse", "venipuncture"),
        code("arterial", "Arterial line or puncture", "Ligne ou ponction artérielle"),
        code("umbilical", "Umbilical line or cord", "Ligne ombilicale ou cordon", "cord"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SCREEN_FEEDING = CodeSet(
    "screen_feeding",
    (
        code("breast_milk", "Breast milk", "Lait maternel", "breast", "breastfed", "la16914-6"),
        code("formula", "Formula", "Préparation lactée", "bottle", "substitute"),
        code("combination", "Breast milk and formula", "Lait maternel et préparation", "mixed", "both"),
        code("parenteral", "Parenteral nutrition", "Nutrition parentérale", "tpn", "hyperal", "la12418-2"),
        code(
            "parenteral_and_milk",
            "Parenteral nutrition and milk",
            "Nutrition parentérale et lait",
            "tpn and enteral",
        ),
        code("nothing", "Nothing by mouth", "Rien par la bouche", "npo", "nil", "la16917-9"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SAMPLE_QUALITY = CodeSet(
    "sample_quality",
    (
        code("satisfactory", "Satisfactory", "Satisfaisant", "acceptable", "la12432-3"),
        code("unsatisfactory", "Unsatisfactory", "Insatisfaisant", "unsat", "unacceptable"),
        UNKNOWN,
    ),
)

UNSATISFACTORY_REASON = CodeSet(
    "unsatisfactory_reason",
    (
        code("insufficient", "Not enough blood", "Sang insuffisant", "quantity insufficient", "qns"),
        code("layered", "Layered or oversaturated", "Superposé ou sursaturé", "supersaturated", "clotted"),
        code("contaminated", "Contaminated or diluted", "Contaminé ou dilué", "diluted"),
        code("scratched", "Scratched or abraded", "Égratigné ou abrasé", "abraded"),
        code("wet", "Not dry before it was packed", "Emballé avant d’être sec", "not dry"),
        code("early", "Collected before 24 h", "Prélevé avant 24 h", "less than 24 hours", "too early"),
        code("old", "Too old when received", "Trop vieux à la réception", "sample too old"),
        code("expired_card", "Expired card", "Papier périmé", "expired"),
        code("incomplete_card", "Card not filled in", "Fiche incomplète", "missing information"),
        code("mismatch", "Card and sample do not match", "Fiche et prélèvement ne concordent pas"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

SCREEN_RESULT = CodeSet(
    "screen_result",
    (
        code("negative", "Screen negative", "Dépistage négatif", "normal", "in range", "la12428-1"),
        code("positive", "Screen positive", "Dépistage positif", "abnormal", "out of range", "la18944-1"),
        code(
            "inconclusive",
            "Inconclusive: a new sample is needed",
            "Non concluant : à reprendre",
            "borderline",
        ),
        code("not_tested", "Not tested", "Non analysé", "unsatisfactory", "cancelled"),
        UNKNOWN,
    ),
)

CONDITION_RESULT = CodeSet(
    "condition_result",
    (
        code(
            "negative", "Screen negative", "Dépistage négatif", "normal", "in range", "la18592-8", "la6577-6"
        ),
        code("positive", "Screen positive", "Dépistage positif", "abnormal", "out of range", "la18593-6"),
        code("inconclusive", "Inconclusive", "Non concluant", "borderline", "equivocal"),
        code("carrier", "Carrier", "Porteur", "trait"),
        code("not_tested", "Not tested", "Non analysé", "not done"),
        UNKNOWN,
    ),
)

REPEAT_REASON = CodeSet(
    "repeat_reason",
    (
        code("unsatisfactory", "Sample unsatisfactory", "Prélèvement insatisfaisant", "unsat"),
        code("early", "Collected before 24 h", "Prélevé avant 24 h", "less than 24 hours"),
        code("preterm", "Preterm or light: second sample", "Prématuré ou petit poids : second prélèvement"),
        code("transfused", "After a transfusion", "Après une transfusion", "transfusion"),
        code("parenteral", "After parenteral nutrition", "Après une nutrition parentérale", "tpn"),
        code("result", "Result not conclusive", "Résultat non concluant", "inconclusive", "borderline"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

TREATMENT_CENTRE = CodeSet(
    "treatment_centre",
    (
        code("ottawa", "Ottawa", "Ottawa", "cheo"),
        code("kingston", "Kingston", "Kingston"),
        code("toronto", "Toronto", "Toronto", "sickkids"),
        code("hamilton", "Hamilton", "Hamilton", "mcmaster"),
        code("london", "London", "London"),
        code("elsewhere", "Elsewhere", "Ailleurs", "other"),
        UNKNOWN,
    ),
)
