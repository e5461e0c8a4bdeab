"""How boroughs are compared by what they run."""

from boroughs.choices import COMMON, COMMON_SHARE
from boroughs.comparisons import NEAREST, RARE
from citytools.glossary import pages
from citytools.glossary.sources import JACCARD, OURS, SPARCK_JONES
from citytools.pages import formulas as maths
from citytools.pages.method import Group, Method

_W = maths.sub("w", "i")

ALIKE = Group(
    "alike",
    "Boroughs compared",
    (
        Method(
            "peers",
            "Likeness and nearest peers",
            "Which boroughs are most like one another in what they run?",
            formula=(
                (
                    "The weight of what both run, divided by the weight of what either runs (the "
                    "same product for the same function, in use): from 0, nothing shared, to 1, "
                    "the same."
                ),
                "What few run weighs more than what nearly all run.",
                f"The {NEAREST} most alike are named; equal ones by name.",
            ),
            limits=(
                "Boroughs without a return on systems are absent, never zero.",
                "It says who is alike, not who is better.",
                "Size, contracts and plans are not in it.",
            ),
            sources=(JACCARD, SPARCK_JONES),
            used=(pages.BOROUGHS, pages.COMPARE, pages.SKILLS),
            code=(
                "boroughs.comparisons:likeness",
                "boroughs.comparisons:weights",
                "boroughs.comparisons:nearest",
            ),
            symbols=(
                ("N", "boroughs with a return on systems"),
                ("n", "those of them that run a system, i"),
                ("w", "its weight"),
            ),
            maths=(
                maths.formula(
                    *(_W, "=", maths.name("ln"), "(", "1", "+"),
                    *(maths.over("N", maths.sub("n", "i")), ")"),
                ),
                maths.formula(
                    *(maths.name("likeness"), "="),
                    maths.over(
                        maths.total(maths.name("both run"), _W),
                        maths.total(maths.name("either runs"), _W),
                    ),
                ),
            ),
            terms=("peer",),
        ),
        Method(
            "gaps",
            "Gaps: answers not known",
            "For which functions is nothing known of a borough, and what do its peers run there?",
            formula=(
                (
                    "Functions for which its answer is not known; beside each, what its peers run, "
                    "those first for which most of them run something."
                ),
                "Without peers, all boroughs with a return are asked.",
            ),
            limits=("A gap is a question to ask, not a fault.",),
            sources=(OURS,),
            used=(pages.BOROUGHS,),
            code=("boroughs.gaps:gaps", "boroughs.standing:of"),
            terms=("gap", "peer", "not-known"),
        ),
        Method(
            "rare",
            "Rare systems",
            "What does a borough run that hardly anyone else does?",
            formula=(
                f"At most {RARE} boroughs with a return on systems run it for that function.",
            ),
            limits=(
                (
                    "Boroughs without a return may run it too; where public evidence shows it, "
                    "they are named."
                ),
            ),
            sources=(OURS,),
            used=(pages.BOROUGHS,),
            code=("boroughs.choices:rare",),
            terms=("rare",),
        ),
        Method(
            "common",
            "London’s common choices",
            "What does much of London run that this borough does not?",
            formula=(
                (
                    "The product that most reporting boroughs run for a function, where at least "
                    f"{COMMON} do, and at least one in {COMMON_SHARE} of those whose answer on it "
                    "is known. Equal ones count together."
                ),
                "Said only where the borough’s own answer is known.",
            ),
            limits=("Common is not better.",),
            sources=(OURS,),
            used=(pages.BOROUGHS,),
            code=("boroughs.choices:common",),
            terms=("common-choice",),
        ),
    ),
)
