"""Terms of numbers, and of research that rests on them."""

from citytools.glossary import pages, sources
from citytools.means import ENOUGH
from citytools.pages.glossary import Term
from citytools.ranges import FEWEST

TERMS = (
    Term(
        "concentration",
        "Concentration",
        pages.CONCENTRATION,
        own="How far a few suppliers hold a market. It depends on what is counted: contracts, "
        "systems or pounds.",
        see=("share", "denominator", "hhi", "effective-number"),
    ),
    Term(
        "share",
        "Share",
        pages.CONCENTRATION,
        columns=("concentration.share",),
        see=("denominator", "concentration"),
    ),
    Term(
        "denominator",
        "Denominator",
        pages.CONCENTRATION,
        own="What a share is a share of, and in which population: for instance contracts with a "
        "known supplier, in the boroughs that have any. No share is shown without it.",
        see=("share", "reporting"),
    ),
    Term(
        "hhi",
        "HHI",
        pages.SUPPLIERS,
        own="The Herfindahl-Hirschman index, H: the sum of the squares of all suppliers’ shares, "
        "from 1/N where N suppliers are equal to 1 where one holds all.",
        more="Normalised, it runs from 0 to 1 whatever N is.",
        sources=(sources.HIRSCHMAN,),
        see=("effective-number", "concentration"),
    ),
    Term(
        "effective-number",
        "Effective number",
        pages.SUPPLIERS,
        own="1/H: so many suppliers of equal size would give the same index.",
        sources=(sources.ADELMAN,),
        see=("hhi",),
    ),
    Term(
        "median-range",
        "Median with range",
        pages.PRODUCTS,
        own="The middle value of a sample, and two of its values between which the true median "
        f"lies with 95 per cent confidence. Below {FEWEST} values none is shown.",
        sources=(sources.CONOVER,),
        see=("mean",),
    ),
    Term(
        "mean",
        "Mean of answers",
        pages.PRODUCTS,
        own=f"The sum of answers over their number, shown from {ENOUGH} answers on and always "
        "with that number.",
        see=("satisfaction", "median-range"),
    ),
    Term(
        "spearman",
        "Spearman’s rho",
        pages.RESEARCH,
        own="How far two orders agree, from −1 (one falls as the other rises) through 0 to 1 "
        "(they rise together): the correlation of the ranks. It is shown with n, and says nothing "
        "of a cause.",
        sources=(sources.SPEARMAN,),
        see=("metric",),
    ),
    Term(
        "metric",
        "Metric",
        pages.RESEARCH,
        own="A number with a fixed definition, unit, denominator and population, which is worked "
        "out anew from the rows each time it is shown.",
        see=("finding", "as-at", "denominator"),
    ),
    Term(
        "finding",
        "Finding",
        pages.RESEARCH,
        own="A claim with its source and date, beside what the rows of this site say of it.",
        see=("metric", "flipped"),
    ),
    Term(
        "flipped",
        "No longer holds",
        pages.RESEARCH,
        own="Said of a finding whose claim the numbers of today do not bear out: its direction "
        "has turned, or its threshold is no longer met. Also: flipped.",
        see=("finding", "metric"),
    ),
    Term(
        "as-at",
        "As-at date",
        pages.RESEARCH,
        own="The day for which a number is worked out, from what was recorded by then.",
        see=("as-of", "metric"),
    ),
    Term(
        "content-hash",
        "Content hash",
        pages.RESEARCH,
        own="A short code made of a text and its numbers. Where two codes are the same, so is "
        "what was cited.",
        see=("as-at", "finding"),
    ),
)
