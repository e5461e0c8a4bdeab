"""How shares, concentration and what hangs on a supplier are worked out."""

from citytools.glossary import pages
from citytools.glossary.sources import ADELMAN, HIRSCHMAN, OURS, RULE
from citytools.pages import formulas as maths
from citytools.pages.method import Group, Method
from contracts.concentration.claims import CLAIMS
from systems.suppliers.failure import SHOWN

_PLACES = " or ".join(str(claim.places) for claim in CLAIMS)
_S, _H = maths.sub("s", "i"), "H"

MARKET = Group(
    "market",
    "Shares and concentration",
    (
        Method(
            "top-shares",
            "Share of the largest",
            "How much do the largest suppliers hold together?",
            formula=(
                f"What the {_PLACES} largest hold, divided by what all hold.",
                (
                    "Four bases, each with its own denominator: contracts, yearly value, value "
                    "over the whole term (all by who is paid), and systems in use (by who makes "
                    "the product)."
                ),
                (
                    "Contracts are those that one of the boroughs leads or shares, each once, "
                    "running or ended."
                ),
                "Suppliers may be counted with their present owner, the last in the chain.",
                (
                    "Where k places hold a share, more places n can hold at most n/k times as "
                    "much: none of those after is larger than those before are on average."
                ),
            ),
            limits=(
                "What names no supplier, or no value, is left out, and the page says how many.",
                "The real contracts are those that were published: no sample.",
                "A tie for the last place leaves the share as it is.",
            ),
            sources=(RULE,),
            used=(pages.CONCENTRATION,),
            code=(
                "citytools.shares:top_share",
                "citytools.shares:at_most",
                "contracts.concentration.bases:of",
                "contracts.concentration.groups:head",
            ),
            symbols=(("a", "what each supplier holds"), ("k", f"the number of places, {_PLACES}")),
            maths=(
                maths.formula(
                    maths.name("share"),
                    "=",
                    maths.over(
                        maths.total(maths.row("k", maths.name(" largest")), "a"),
                        maths.total(maths.name("all"), "a"),
                    ),
                ),
            ),
            terms=("concentration", "denominator", "owner"),
        ),
        Method(
            "function-share",
            "Share of a function",
            "How much of one function does a supplier hold?",
            formula=(
                "What it holds, divided by what all whose supplier is known hold, of one function.",
                (
                    "Counted are systems in use (by who makes the product), contracts that run "
                    "today, or their yearly value (by who is paid)."
                ),
            ),
            limits=(
                (
                    "A contract that covers several functions counts whole in each, so functions "
                    "must not be added up."
                ),
                "What has no known supplier or value is left out, and its number said.",
            ),
            sources=(RULE,),
            used=(pages.SUPPLIERS,),
            code=("systems.suppliers.market:shares", "systems.suppliers.ownership:Owners.top"),
            terms=("share", "function"),
        ),
        Method(
            "hhi",
            "Concentration of a function (HHI)",
            "How far do few suppliers hold a function?",
            formula=(
                (
                    "H is the sum of the squares of the shares of all suppliers that hold any: "
                    "from 1/N, where all are equal, to 1, where one holds all."
                ),
                (
                    "Normalised, it runs from 0 to 1 whatever N is. For one supplier it is 0/0, "
                    "and set to 1: one that holds all is the most concentrated that a function "
                    "can be."
                ),
                "The effective number says how many equal suppliers would give the same H.",
            ),
            limits=("Few records make a large index: read the number beside it.",),
            sources=(HIRSCHMAN, ADELMAN),
            used=(pages.SUPPLIERS,),
            code=("citytools.concentration:of", "citytools.concentration:shares"),
            symbols=(
                ("s", "the share of each supplier, from 0 to 1"),
                ("N", "the number of suppliers that hold any"),
            ),
            maths=(
                maths.formula(
                    *(_H, "=", maths.total("i", maths.power(_S, "2"))),
                ),
                maths.formula(
                    *(maths.name("normalised"), "="),
                    maths.over(
                        maths.row(_H, "−", maths.over("1", "N")),
                        maths.row("1", "−", maths.over("1", "N")),
                    ),
                ),
                maths.formula(maths.name("effective number"), "=", maths.over("1", _H)),
            ),
            terms=("hhi", "effective-number"),
        ),
        Method(
            "money",
            "What contracts cost together",
            "What is paid under several contracts, as far as it is known?",
            formula=(
                (
                    "The sum of the yearly values of the contracts that run today, and of their "
                    "values over the whole term; each contract once, however many boroughs share "
                    "it."
                ),
                "Beside each sum: for how many of how many contracts it is known.",
            ),
            limits=(
                "VAT bases are mixed; how many values stand on which is said.",
                "What is not stated is not in the sum, so it is a lower bound.",
            ),
            sources=(RULE,),
            used=(pages.SUPPLIERS,),
            code=(
                "systems.suppliers.deals:money",
                "contracts.models.questions:ContractQuerySet.worth",
            ),
            terms=("yearly-value", "total-value", "vat-basis"),
        ),
        Method(
            "failure",
            "If a supplier failed",
            "Which boroughs would lose what, and what could they turn to?",
            formula=(
                (
                    "Lost: systems in use of products that the supplier, or a company it owns "
                    "today, makes. Named users are added up where they are known."
                ),
                (
                    f"Instead: up to {SHOWN} products in use for the same function whose maker has "
                    "another last owner, or none known; those that most boroughs run first."
                ),
                (
                    "To ring: a borough that runs it and would itself lose nothing for that "
                    "function, a real record before an invented one, then by name."
                ),
                (
                    "At stake: contracts that run today and pay the supplier, or others for its "
                    "products."
                ),
            ),
            limits=(
                "It is a question to prepare for, not a forecast.",
                "Whether a system would go on without its maker, and for how long, is not known.",
                "The skills that a move takes are our choice.",
            ),
            sources=(OURS,),
            used=(pages.SUPPLIERS,),
            code=(
                "systems.suppliers.failure:Failure.losses",
                "systems.suppliers.failure:Failure.exposed",
                "systems.suppliers.deals:at_stake",
                "systems.suppliers.skills:needs",
            ),
            terms=("owner", "users"),
        ),
    ),
)
