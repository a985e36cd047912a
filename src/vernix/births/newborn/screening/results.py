"""What the laboratory found: over all, and for each condition of Ontario's screen."""

from __future__ import annotations

from typing import Any

from vernix.births.codes import YES_NO
from vernix.births.declaring import Block, Pair, element
from vernix.births.elements import Places
from vernix.births.newborn.screening.codes import (
    CONDITION_RESULT,
    REPEAT_REASON,
    SCREEN_RESULT,
    TREATMENT_CENTRE,
)


class ScreenResult(Block, subject="child", privacy="clinical", source="NSO report"):
    """The result over all, and what followed from it."""

    screen_result = element(
        SCREEN_RESULT,
        ("Result of the screen", "Résultat du dépistage"),
        (
            "Over all conditions tested: positive if one of them is.",
            "Pour l’ensemble des maladies recherchées : positif si l’une l’est.",
        ),
        required="expected",
        aliases=("overall_result", "overall_interpretation", "result", "resultat"),
        at=Places(loinc="57130-7"),
    )
    result_date = element(
        "date",
        ("Date of the result", "Date du résultat"),
        ("The day the report was issued.", "Le jour de l’émission du rapport."),
        privacy="quasi",
        aliases=("date_reported", "report_date", "reported", "date_resultat"),
        at=Places(hl7=("OBR-22",), fhir=("DiagnosticReport.issued",)),
    )
    repeat_requested = element(
        YES_NO,
        ("Repeat requested", "Reprise demandée"),
        (
            "Whether the laboratory asks for another sample.",
            "Si le laboratoire demande un autre prélèvement.",
        ),
        aliases=("repeat", "repeat_required", "reprise"),
    )
    repeat_reason = element(
        REPEAT_REASON,
        ("Why a repeat", "Pourquoi une reprise"),
        ("The main reason.", "La raison principale."),
        aliases=("reason_for_repeat",),
    )
    repeat_due_date = element(
        "date",
        ("Repeat due", "Échéance de la reprise"),
        ("The day by which the next sample is wanted.", "Le jour où le prochain prélèvement est attendu."),
        privacy="quasi",
        aliases=("repeat_by",),
    )
    urgent_result = element(
        YES_NO,
        ("Urgent", "Urgent"),
        (
            "Whether the positive condition can harm within days, so that the result was told by telephone.",
            "Si la maladie dépistée peut nuire en quelques jours, d’où un résultat annoncé par téléphone.",
        ),
        aliases=("time_critical", "critical"),
    )
    notified_date = element(
        "date",
        ("Date told to a treatment centre", "Date d’annonce au centre de traitement"),
        (
            "The day a positive result was given to the regional treatment centre.",
            "Le jour où un résultat positif a été transmis au centre régional de traitement.",
        ),
        privacy="quasi",
        aliases=("referral_date", "date_notified"),
    )
    treatment_centre = element(
        TREATMENT_CENTRE,
        ("Regional treatment centre", "Centre régional de traitement"),
        ("Where the child was referred.", "Où l’enfant a été dirigé."),
        privacy="quasi",
        aliases=("rtc", "referral_centre"),
    )


def _condition(label: Pair, *aliases: str, loinc: str | None = None) -> Any:
    """The screen's result for one condition; ``la...`` is LOINC's answer that names the condition."""
    english, french = label
    return element(
        CONDITION_RESULT,
        label,
        (f"Result of the screen for this: {english}.", f"Résultat du dépistage pour : {french}."),
        aliases=aliases,
        at=Places(loinc=loinc),
    )


class ScreenedGroups(Block, subject="child", privacy="clinical", source="LOINC 54089-8; NSO report"):
    """Groups of conditions, where a laboratory reports one result for the group."""

    amino_acid_disorders = _condition(("Amino acid disorders", "Aminoacidopathies"), loinc="46733-2")
    organic_acid_disorders = _condition(("Organic acid disorders", "Acidémies organiques"), loinc="46744-9")
    fatty_acid_disorders = _condition(
        ("Fatty acid oxidation disorders", "Troubles de l’oxydation des acides gras"), "faod", loinc="46736-5"
    )
    acylcarnitine_disorders = _condition(
        ("Acylcarnitine profile", "Profil des acylcarnitines"), "acylcarnitine", loinc="58088-6"
    )
    hemoglobin_disorders = _condition(
        ("Hemoglobin disorders", "Hémoglobinopathies"), "hemoglobinopathies", "la16207-5", loinc="46740-7"
    )


class ScreenedConditions(Block, subject="child", privacy="clinical", source="NSO conditions screened"):
    """Each condition that Ontario screens for in a blood spot."""

    phenylketonuria = _condition(("Phenylketonuria", "Phénylcétonurie"), "pku", "la12520-5")
    maple_syrup_urine_disease = _condition(
        ("Maple syrup urine disease", "Leucinose"), "msud", "la12513-0", "la21168-2"
    )
    homocystinuria = _condition(("Homocystinuria", "Homocystinurie"), "hcy", "la12496-8")
    tyrosinemia_1 = _condition(("Tyrosinemia type 1", "Tyrosinémie de type 1"), "tyr1", "tyr-1", "la12528-8")
    citrullinemia = _condition(
        ("Citrullinemia type 1", "Citrullinémie de type 1"), "cit", "cit-i", "la12482-8"
    )
    argininosuccinic_aciduria = _condition(
        ("Argininosuccinic aciduria", "Acidurie argininosuccinique"), "asa", "la12471-1", "la21162-5"
    )
    propionic_acidemia = _condition(("Propionic acidemia", "Acidémie propionique"), "pa", "prop", "la12523-9")
    methylmalonic_acidemia = _condition(
        ("Methylmalonic acidemia", "Acidémie méthylmalonique"), "mma", "mut", "la12515-5"
    )
    cobalamin_disorders = _condition(
        ("Cobalamin A and B disorders", "Déficits en cobalamine A et B"), "cbl", "cbl a", "la12476-0"
    )
    isovaleric_acidemia = _condition(("Isovaleric acidemia", "Acidémie isovalérique"), "iva", "la12505-6")
    glutaric_aciduria_1 = _condition(
        ("Glutaric aciduria type 1", "Acidurie glutarique de type 1"), "ga1", "ga-1", "la12493-5"
    )
    hmg_coa_lyase_deficiency = _condition(
        ("HMG-CoA lyase deficiency", "Déficit en HMG-CoA lyase"), "hmg", "la12499-2"
    )
    beta_ketothiolase_deficiency = _condition(
        ("Beta-ketothiolase deficiency", "Déficit en bêta-cétothiolase"), "bkt", "la12474-5"
    )
    carboxylase_3mcc_deficiency = _condition(
        ("3-methylcrotonyl-CoA carboxylase deficiency", "Déficit en 3-méthylcrotonyl-CoA carboxylase"),
        "3mcc",
        "3-mcc",
        "la12466-1",
    )
    multiple_carboxylase_deficiency = _condition(
        ("Multiple carboxylase deficiency", "Déficit multiple en carboxylases"), "mcd", "la12510-6"
    )
    mcad_deficiency = _condition(
        ("Medium-chain acyl-CoA dehydrogenase deficiency", "Déficit en MCAD"), "mcad", "mcadd", "la12509-8"
    )
    vlcad_deficiency = _condition(
        ("Very-long-chain acyl-CoA dehydrogenase deficiency", "Déficit en VLCAD"), "vlcad", "la12531-2"
    )
    lchad_deficiency = _condition(
        ("Long-chain hydroxyacyl-CoA dehydrogenase deficiency", "Déficit en LCHAD"), "lchad", "la12507-2"
    )
    trifunctional_protein_deficiency = _condition(
        ("Trifunctional protein deficiency", "Déficit en protéine trifonctionnelle"), "tfp", "la12527-0"
    )
    carnitine_uptake_deficiency = _condition(
        ("Carnitine uptake deficiency", "Déficit du transport de la carnitine"), "cud", "la12487-7"
    )
    biotinidase_deficiency = _condition(
        ("Biotinidase deficiency", "Déficit en biotinidase"), "biot", "bio", "la12532-0", loinc="46761-3"
    )
    galactosemia = _condition(
        ("Galactosemia", "Galactosémie"), "galt", "gal", "la12543-7", "la21165-8", loinc="46737-3"
    )
    congenital_hypothyroidism = _condition(
        ("Congenital hypothyroidism", "Hypothyroïdie congénitale"), "ch", "la12538-7", loinc="46762-1"
    )
    congenital_adrenal_hyperplasia = _condition(
        ("Congenital adrenal hyperplasia", "Hyperplasie congénitale des surrénales"),
        "cah",
        "la12533-8",
        loinc="46758-9",
    )
    sickle_cell_anemia = _condition(
        ("Sickle cell anemia (SS)", "Anémie falciforme (SS)"), "hb_ss", "hbss", "la12614-6"
    )
    sickle_c_disease = _condition(("Sickle C disease (SC)", "Hémoglobinose SC"), "hb_sc", "hbsc", "la12616-1")
    sickle_beta_thalassemia = _condition(
        ("Sickle beta-thalassemia", "Bêta-thalassémie falciforme"), "hb_s_beta", "la12615-3"
    )
    cystic_fibrosis = _condition(
        ("Cystic fibrosis", "Fibrose kystique"), "cf", "la12537-9", "la22202-8", loinc="46769-6"
    )
    severe_combined_immunodeficiency = _condition(
        ("Severe combined immunodeficiency", "Déficit immunitaire combiné sévère"),
        "scid",
        "la12566-8",
        loinc="62321-5",
    )
    spinal_muscular_atrophy = _condition(
        ("Spinal muscular atrophy", "Amyotrophie spinale"), "sma", "la22279-6", loinc="92004-1"
    )
    hurler_disease = _condition(
        ("Mucopolysaccharidosis type 1 (Hurler)", "Mucopolysaccharidose de type 1 (Hurler)"),
        "mps1",
        "mps-i",
        "mps1h",
        "la25797-4",
        loinc="79564-1",
    )
    gamt_deficiency = _condition(("Guanidinoacetate methyltransferase deficiency", "Déficit en GAMT"), "gamt")
    biliary_atresia = _condition(("Biliary atresia", "Atrésie des voies biliaires"), "ba")


class HearingRisk(Block, subject="child", privacy="clinical", source="NSO and Infant Hearing Program"):
    """Risks of hearing loss that are tested with the parents' consent."""

    congenital_cytomegalovirus = _condition(
        ("Congenital cytomegalovirus", "Cytomégalovirus congénital"), "ccmv", "cmv"
    )
    hearing_loss_genes = _condition(
        ("Genes of hearing loss", "Gènes de surdité"), "phl_genetic", "gjb2", "connexin"
    )


CONDITIONS = ScreenedGroups.elements + ScreenedConditions.elements + HearingRisk.elements
"""Everything that a blood spot is tested for."""
