"""Where the items stand in a record of the Inter-Jurisdictional Exchange (NCHS, IJE since 2014).

Those that an element of the dictionary stands at, and the flag of a void record; positions count from 1. The
layout of fetal deaths calls some of them otherwise: its own word stands last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """``length`` is that of a record in characters; ``items`` gives start (from 0) and end of each."""

    length: int
    items: Mapping[str, tuple[int, int]]


def _items(table: str) -> dict[str, tuple[int, int]]:
    found = {}
    for line in table.strip().splitlines():
        name, start, length, *_ = line.split()
        found[name] = (int(start) - 1, int(start) - 1 + int(length))
    return found


NATALITY = Layout(
    4000,
    _items(
        """
        IDOB_YR 1 4
        FILENO 7 6
        VOID 13 1
        TB 26 4
        ISEX 30 1
        IDOB_MO 31 2
        IDOB_DY 33 2
        BPLACE 38 1
        FNPI 39 12
        MDOB_YR 55 4
        MDOB_MO 59 2
        MDOB_DY 61 2
        MARN 91 1
        MEDUC 93 1
        FEDUC 422 1
        ATTEND 751 1
        TRAN 752 1
        DOFP_MO 753 2
        DOFP_DY 755 2
        DOFP_YR 757 4
        NPREV 769 2
        HFT 772 1
        HIN 773 2
        PWGT 776 3
        DWGT 780 3
        WIC 784 1
        PLBL 785 2
        PLBD 787 2
        POPO 789 2
        MLLB 791 2
        YLLB 793 4
        MOPO 797 2
        YOPO 799 4
        CIGPN 803 2
        CIGFN 805 2
        CIGSN 807 2
        CIGLN 809 2
        PAY 811 1
        DLMP_YR 812 4
        DLMP_MO 816 2
        DLMP_DY 818 2
        PDIAB 820 1
        GDIAB 821 1
        PHYPE 822 1
        GHYPE 823 1
        PPB 824 1
        INFT 827 1
        PCES 828 1
        NPCES 829 2
        GON 832 1
        SYPH 833 1
        CHAM 835 1
        HEPB 836 1
        HEPC 837 1
        ECVS 840 1
        ECVF 841 1
        INDL 845 1
        AUGL 846 1
        STER 848 1
        ANTB 849 1
        CHOR 850 1
        ESAN 853 1
        PRES 856 1
        ROUT 857 1
        TLAB 858 1
        MTR 859 1
        PLAC 860 1
        RUT 861 1
        UHYS 862 1
        AINT 863 1
        BWG 865 4
        BW_BYPASS 869 1
        OWGEST 870 2
        APGAR5 873 2
        APGAR10 875 2
        PLUR 877 2
        SORD 879 2
        LIVEB 881 2
        AVEN1 890 1
        AVEN6 891 1
        NICU 892 1
        SURF 893 1
        ANTI 894 1
        SEIZ 895 1
        ANEN 897 1
        MNSB 898 1
        CCHD 899 1
        CDH 900 1
        OMPH 901 1
        GAST 902 1
        LIMB 903 1
        CL 904 1
        CP 905 1
        DOWT 906 1
        CDIT 907 1
        HYPO 908 1
        ITRAN 909 1
        ILIV 910 1
        BFED 911 1
        MAGER 920 2
        FAGER 922 2
        EHYPE 924 1
        INFT_DRG 925 1
        INFT_ART 926 1
        MCPH 952 49
        KIDFNAME 1001 50
        KIDMNAME 1051 50
        KIDLNAME 1101 50
        MOMFNAME 1283 50
        MOMMIDDL 1333 50
        MOMLNAME 1383 50
        MOMMAIDN 1540 50
        STNUM 1597 10
        PREDIR 1607 10
        STNAME 1617 28
        STDESIG 1645 10
        POSTDIR 1655 10
        UNUM 1665 7
        ADDRESS 1672 50
        ZIPCODE 1722 9
        CITYTEXT 1759 28
        INF_MED_REC_NUM 2922 15
        MOM_MED_REC_NUM 2937 15
        """
    ),
)

FETAL_DEATH = Layout(
    6000,
    _items(
        """
        IDOB_YR 1 4 FDOD_YR
        FILENO 7 6
        VOID 13 1
        TB 26 4 TD
        ISEX 30 1 FSEX
        IDOB_MO 31 2 FDOD_MO
        IDOB_DY 33 2 FDOD_DY
        BPLACE 38 1 DPLACE
        FNPI 39 12
        MDOB_YR 55 4
        MDOB_MO 59 2
        MDOB_DY 61 2
        MARN 91 1
        MEDUC 93 1
        ATTEND 422 1
        TRAN 423 1
        DOFP_MO 424 2
        DOFP_DY 426 2
        DOFP_YR 428 4
        NPREV 440 2
        HFT 443 1
        HIN 444 2
        PWGT 447 3
        WIC 455 1
        PLBL 456 2
        PLBD 458 2
        POPO 460 2
        MLLB 462 2
        YLLB 464 4
        MOPO 468 2
        YOPO 470 4
        CIGPN 474 2
        CIGFN 476 2
        CIGSN 478 2
        CIGLN 480 2
        DLMP_YR 482 4
        DLMP_MO 486 2
        DLMP_DY 488 2
        PDIAB 490 1
        GDIAB 491 1
        PHYPE 492 1
        GHYPE 493 1
        PPB 494 1
        INFT 497 1
        PCES 498 1
        NPCES 499 2
        GON 502 1
        SYPH 503 1
        CHAM 505 1
        PRES 514 1
        ROUT 515 1
        TLAB 516 1
        MTR 518 1
        PLAC 519 1
        RUT 520 1
        UHYS 521 1
        AINT 522 1
        BWG 524 4 FWG
        BW_BYPASS 528 1 FW_BYPASS
        OWGEST 529 2
        ETIME 532 1
        AUTOP 533 1
        HISTOP 534 1
        AUTOPF 535 1
        PLUR 536 2
        SORD 538 2
        ANEN 549 1
        MNSB 550 1
        CCHD 551 1
        CDH 552 1
        OMPH 553 1
        GAST 554 1
        LIMB 555 1
        CL 556 1
        CP 557 1
        DOWT 558 1
        CDIT 559 1
        HYPO 560 1
        MAGER 569 2
        FAGER 571 2
        EHYPE 573 1
        INFT_DRG 574 1
        INFT_ART 575 1
        COD18a1 587 1
        COD18a2 588 1
        COD18a3 589 1
        COD18a4 590 1
        COD18a5 591 1
        COD18a6 592 1
        COD18a7 593 1
        COD18a8 594 60
        COD18a9 654 60
        COD18a10 714 60
        COD18a11 774 60
        COD18a12 834 60
        COD18a13 894 60
        COD18a14 954 60
        KIDFNAME 2744 50 FETFNAME
        KIDMNAME 2794 50 FETMNAME
        KIDLNAME 2844 50 FETLNAME
        MOMFNAME 3257 50
        MOMMIDDL 3307 50 MOMMNAME
        MOMLNAME 3357 50
        MOMMAIDN 3517 50
        STNUM 3577 10
        PREDIR 3587 10
        STNAME 3597 50
        STDESIG 3647 10
        POSTDIR 3657 10
        UNUM 3667 7 APTNUMB
        ADDRESS 3674 50
        ZIPCODE 3724 9
        CITYTEXT 3761 28 CITYTXT
        FEDUC 4289 1
        """
    ),
)
