"""How records are found, read from notices, and invented."""

from citytools.demonstration.estate import SYSTEMS
from citytools.glossary import pages
from citytools.glossary.sources import CPV, FULL_TEXT, OCDS, OURS, RULE, TRIGRAMS
from citytools.matching import ALIKE, CONTEXT, OTHER, OWN, SENTENCE, SURELY_ALIKE
from citytools.pages.method import Group, Method
from citytools.word_search import MAX_WORDS
from contracts.ocds.notices import TECHNOLOGY
from contracts.ocds.terms import CEILING

RECORDS = Group(
    "records",
    "Finding, reading and inventing records",
    (
        Method(
            "search",
            "How the search finds",
            "Which records does somebody mean who types a few words?",
            formula=(
                (
                    "Every name of a record is compared with what was typed, without regard to "
                    "case, accents and signs: the whole name, its beginning, a part of it, each "
                    "word."
                ),
                (
                    "Where none of this fits, likeness of spelling counts: the share of groups of "
                    f"three letters in common, from {ALIKE} on for one word and {SURELY_ALIKE} for "
                    "several."
                ),
                (
                    f"What fits is weighed: a record’s own name {OWN}, another name {OTHER}, a "
                    f"title {SENTENCE}, the name of what it belongs to {CONTEXT}. The best stand "
                    "first."
                ),
                "In texts the words are looked for in all their forms.",
                (
                    "The box beside a list guesses nothing: its rows hold every word, in any order "
                    "and any column. Accents, apostrophes, &, hyphens and plurals make no "
                    f"difference; at most {MAX_WORDS} words."
                ),
            ),
            limits=(
                "The limits of likeness were measured on the names of the real records.",
                "A short name with two letters swapped may be missed.",
            ),
            sources=(TRIGRAMS, FULL_TEXT, OURS),
            used=(pages.SEARCH,),
            code=(
                "citytools.matching:matches",
                "citytools.search.question:taken_apart",
                "citytools.word_search:split_words",
            ),
        ),
        Method(
            "notices",
            "Contracts read from notices",
            "What becomes a record of a procurement notice?",
            formula=(
                (
                    "A contract is known by its OCID, its lead and the number of its award; a "
                    "later notice changes only what it states."
                ),
                (
                    "Taken are awards whose CPV codes begin with those of technology: "
                    f"{', '.join(TECHNOLOGY)}."
                ),
                (
                    "Buyers are matched by code or whole name, suppliers by company number or "
                    "whole name, never by likeness."
                ),
                (
                    "No value is: nought, the tender’s estimate, another currency, a call-off’s "
                    f"value from £{CEILING:,.0f} on, or one that reaches the framework’s stated "
                    "ceiling."
                ),
                "What a borough confirmed since, or staff recorded by hand, stays.",
            ),
            limits=(
                "Notices leave out much; what is doubtful lowers the confidence and is noted.",
                "What a contract is for stays open: a title proves no function.",
            ),
            sources=(OCDS, CPV, RULE),
            used=(pages.CONTRACTS, pages.DATA),
            code=(
                "contracts.ocds.plan:plan",
                "contracts.ocds.terms:value",
                "contracts.ocds.terms:period",
                "contracts.ocds.matching:Bodies.of",
                "contracts.ocds.states:States.after",
            ),
            terms=("ocds", "ocid", "cpv", "ceiling"),
        ),
        Method(
            "demonstration",
            "Records invented for demonstration",
            "Where do the records come from that are marked as invented?",
            formula=(
                (
                    "They are drawn by seeded dice around the real records, the same on every "
                    f"machine, until the systems number {SYSTEMS} as in 2019."
                ),
                (
                    "How often a function is served, by how many products, for how many users and "
                    "at what price is assumed function by function, in a file kept beside the code "
                    "(assumptions.csv)."
                ),
                "Prices and users are spread about the assumed value with a long upper tail.",
                "Where a real system serves a function of a borough, none is invented.",
            ),
            limits=(
                "Nothing in them is evidence: prices, opinions and levels are made up.",
                "Numbers that hold them say so, or can be had without them.",
            ),
            sources=(OURS,),
            used=(pages.SYSTEMS,),
            code=(
                "citytools.demonstration.invention:demonstration",
                "citytools.demonstration.chance:spread",
                "citytools.demonstration.estate:system_rows",
            ),
            terms=("illustrative",),
        ),
    ),
)
