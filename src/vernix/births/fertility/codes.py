"""Code sets of a fertility cycle."""

from __future__ import annotations

from vernix.births.codes import UNKNOWN, CodeSet, code

CYCLE_KIND = CodeSet(
    "cycle_kind",
    (
        code("ivf", "Fresh: retrieval and transfer", "Frais : ponction et transfert", "fresh"),
        code("frozen_transfer", "Transfer of frozen embryos", "Transfert d’embryons congelés", "fet"),
        code("egg_banking", "Egg banking", "Congélation d’ovocytes", "oocyte cryopreservation"),
        code("embryo_banking", "Embryo banking", "Congélation d’embryons", "freeze all"),
        code("donor", "Egg donor", "Donneuse d’ovocytes", "oocyte donor"),
        code("recipient", "Recipient of donor eggs", "Receveuse d’ovocytes", "donor recipient"),
        code("carrier", "Gestational carrier", "Gestatrice", "surrogate"),
        code("other", "Other", "Autre"),
        UNKNOWN,
    ),
)

CYCLE_FUNDING = CodeSet(
    "cycle_funding",
    (
        code("public", "Public programme", "Programme public", "ofp", "ontario fertility program"),
        code("self_pay", "Self-pay", "À ses frais", "self", "private"),
        code("insured", "Private insurance", "Assurance privée"),
        code("mixed", "Public and private", "Public et privé"),
        UNKNOWN,
    ),
)

PRESERVATION_REASON = CodeSet(
    "preservation_reason",
    (
        code("cancer", "Before treatment of cancer", "Avant un traitement du cancer", "oncology"),
        code("other_medical", "Other medical reason", "Autre raison médicale", "medical"),
        code("age", "To postpone childbearing", "Pour différer la maternité", "elective", "social"),
        code("transition", "Before gender transition", "Avant une transition de genre"),
        code("none", "Not for preservation", "Pas pour préserver", "no"),
        UNKNOWN,
    ),
)

STIMULATION = CodeSet(
    "stimulation",
    (
        code("antagonist", "GnRH antagonist", "Antagoniste de la GnRH"),
        code("long_agonist", "Long GnRH agonist", "Agoniste de la GnRH, long", "long"),
        code("flare", "Short or flare agonist", "Agoniste, court", "short", "microdose flare"),
        code("progestin", "Progestin-primed", "Progestatif", "ppos"),
        code("mild", "Mild: tablets", "Légère : comprimés", "clomiphene", "letrozole"),
        code("natural", "None: natural cycle", "Aucune : cycle naturel", "none"),
        code("hormone_replacement", "Hormones for a transfer", "Hormones pour un transfert", "hrt"),
        UNKNOWN,
    ),
)

TRIGGER = CodeSet(
    "trigger",
    (
        code("hcg", "hCG", "hCG"),
        code("agonist", "GnRH agonist", "Agoniste de la GnRH", "lupron"),
        code("both", "Both", "Les deux", "dual"),
        code("none", "None", "Aucun", "no"),
        UNKNOWN,
    ),
)

CYCLE_END = CodeSet(
    "cycle_end",
    (
        code("transfer", "Transfer", "Transfert", "completed", "et"),
        code("all_frozen", "Everything frozen", "Tout congelé", "freeze all", "banked"),
        code("no_eggs", "No eggs found", "Aucun ovocyte", "empty follicle"),
        code("no_embryo", "No embryo to transfer", "Aucun embryon à transférer", "failed fertilization"),
        code("cancelled", "Cancelled before retrieval", "Annulé avant la ponction", "canceled"),
        code("no_thaw", "No embryo survived thawing", "Aucun embryon n’a survécu", "failed thaw"),
        UNKNOWN,
    ),
)

OOCYTE_SOURCE = CodeSet(
    "oocyte_source",
    (
        code("own_fresh", "Own, fresh", "Siens, frais", "autologous", "own"),
        code("own_frozen", "Own, frozen", "Siens, congelés"),
        code("donor_fresh", "Donor, fresh", "Donneuse, frais", "donor"),
        code("donor_frozen", "Donor, frozen", "Donneuse, congelés", "donor bank"),
        code("donated_embryo", "Donated embryo", "Embryon donné", "embryo donation"),
        UNKNOWN,
    ),
)

SPERM_SOURCE = CodeSet(
    "sperm_source",
    (
        code("partner", "Partner, ejaculated", "Partenaire, éjaculé"),
        code("partner_surgical", "Partner, by surgery", "Partenaire, par chirurgie", "tesa", "tese", "mesa"),
        code("donor", "Donor", "Donneur", "donor sperm"),
        code("mixed", "Partner and donor", "Partenaire et donneur"),
        code("none", "None: eggs banked", "Aucun : ovocytes congelés", "no"),
        UNKNOWN,
    ),
)

FERTILISATION = CodeSet(
    "fertilisation",
    (
        code("conventional", "In the dish", "En boîte", "ivf", "conventional ivf"),
        code("icsi", "Injection of sperm (ICSI)", "Injection de spermatozoïde (ICSI)"),
        code("both", "Both", "Les deux", "split"),
        code("none", "None", "Aucune", "no"),
        UNKNOWN,
    ),
)

EMBRYO_TEST = CodeSet(
    "embryo_test",
    (
        code("none", "None", "Aucun", "no"),
        code("number", "Number of chromosomes (PGT-A)", "Nombre de chromosomes (DPI-A)", "pgt-a", "pgs"),
        code("gene", "One gene (PGT-M)", "Un gène (DPI-M)", "pgt-m", "pgd"),
        code("rearrangement", "Rearrangement (PGT-SR)", "Réarrangement (DPI-SR)", "pgt-sr"),
        code("several", "Several", "Plusieurs"),
        UNKNOWN,
    ),
)

EMBRYO_STAGE = CodeSet(
    "embryo_stage",
    (
        code("cleavage", "Cleavage, day 2 or 3", "Clivage, jour 2 ou 3", "d2", "d3", "day 3"),
        code("morula", "Morula, day 4", "Morula, jour 4", "d4", "day 4"),
        code("blastocyst", "Blastocyst, day 5 to 7", "Blastocyste, jour 5 à 7", "d5", "d6", "day 5"),
        UNKNOWN,
    ),
)

OHSS = CodeSet(
    "ohss",
    (
        code("none", "None", "Aucun", "no"),
        code("mild", "Mild", "Léger"),
        code("moderate", "Moderate", "Modéré"),
        code("severe", "Severe: in hospital", "Grave : à l’hôpital"),
        UNKNOWN,
    ),
)

CYCLE_OUTCOME = CodeSet(
    "cycle_outcome",
    (
        code("not_pregnant", "Not pregnant", "Pas de grossesse", "negative"),
        code("biochemical", "Biochemical only", "Biochimique seulement", "chemical"),
        code("ectopic", "Ectopic", "Ectopique"),
        code("miscarriage", "Miscarriage", "Fausse couche", "spontaneous abortion"),
        code("termination", "Termination", "Interruption", "therapeutic abortion"),
        code("ongoing", "Ongoing", "En cours"),
        code("live_birth", "Live birth", "Naissance vivante", "delivered"),
        code("stillbirth", "Stillbirth", "Mortinaissance"),
        code("lost", "Lost to follow-up", "Perdue de vue", "ltfu"),
        code("no_transfer", "No transfer", "Pas de transfert", "n/a"),
        UNKNOWN,
    ),
)
