"""Terms of contracts: who signs and pays, the dates, and the routes to market."""

from citytools.glossary import pages, sources
from citytools.pages.glossary import Term, explained, row_of
from contracts.models import LEAD_MONTHS, Route, Vat
from contracts.models.dates import Standing

TERMS = (
    Term(
        "contract",
        "Contract",
        pages.CONTRACTS,
        own=row_of("contracts"),
        see=("lead", "supplier", "call-off"),
    ),
    Term(
        "lead",
        "Contract lead",
        pages.CONTRACTS,
        columns=("contracts.lead_borough", "together.lead_borough"),
        more="A shared contract is counted once for London, and once for each borough in it.",
        see=("partner", "contract"),
    ),
    Term(
        "partner",
        "Contract partner",
        pages.CONTRACTS,
        columns=("contracts.boroughs",),
        more="A partner is any of them but the lead.",
        see=("lead",),
    ),
    Term(
        "act-by",
        "Act by",
        pages.CONTRACTS,
        columns=("contracts.act_by", "together.act_by", "contracts.transparency.review_on"),
        see=("notice", "must-start", "partial-date"),
    ),
    Term(
        "notice",
        "Notice",
        pages.CONTRACTS,
        columns=("contracts.notice_months",),
        more="A procurement notice is something else: what an authority publishes about a "
        "contract.",
        see=("act-by", "pipeline-notice"),
    ),
    Term(
        "must-start",
        "Must start",
        pages.TOGETHER,
        columns=("together.must_start",),
        more="By then work on a successor has to begin.",
        see=("lead-time", "act-by", "window"),
    ),
    Term(
        "lead-time",
        "Lead time",
        pages.TOGETHER,
        own=f"How long replacing a system takes before its act-by date: {LEAD_MONTHS} months, "
        "unless the page is asked for another.",
        see=("must-start",),
    ),
    Term(
        "extension",
        "Extension",
        pages.CONTRACTS,
        columns=("contracts.extension_until", "pipeline.extension_until"),
        more="Where none is recorded, it is not known whether one is allowed.",
        see=("rolling", "act-by"),
    ),
    Term(
        "rolling",
        "Rolling",
        pages.TIMELINE,
        columns=("contracts.rolling", "contracts.transparency.rolling"),
        more="It runs on until somebody ends it, so it has no act-by date.",
        see=("standing", "notice"),
    ),
    Term(
        "standing",
        "Standing",
        pages.TIMELINE,
        own="Where a contract stands on a day, before any extension.",
        values=[
            (str(Standing.FUTURE), "It has not begun."),
            (str(Standing.CURRENT), "It runs, and its act-by date is ahead or not known."),
            (str(Standing.PAST_ACT_BY), "It runs, and its act-by date has gone."),
            (str(Standing.ENDED), "Its last day has passed."),
            (str(Standing.ROLLING), "It runs and has no end date."),
        ],
        see=("act-by", "rolling", "extension"),
    ),
    Term(
        "yearly-value",
        "Yearly value",
        pages.CONTRACTS,
        columns=("contracts.annual_value", "together.annual_value"),
        see=("total-value", "vat-basis"),
    ),
    Term(
        "total-value",
        "Value over the whole term",
        pages.CONTRACTS,
        columns=("contracts.total_value", "frameworks.total_value"),
        see=("yearly-value", "ceiling", "vat-basis"),
    ),
    Term(
        "vat-basis",
        "VAT basis",
        pages.CONTRACTS,
        columns=("contracts.vat", "pipeline.vat"),
        more="Values are shown as stated and never converted; where several are added up, the "
        "bases may be mixed, and the page says so.",
        values=explained(
            Vat,
            {
                "excluding": "VAT comes on top.",
                "including": "VAT is in it.",
            },
        ),
        see=("yearly-value", "total-value"),
    ),
    Term(
        "route",
        "Route to market",
        pages.CONTRACTS,
        columns=("contracts.route",),
        values=explained(
            Route,
            {
                "open": "Anyone may tender, in one stage.",
                "restricted": "Anyone may ask to take part; those chosen may tender.",
                "competitive_flexible": "A competition in stages that the authority designs, "
                "under the Procurement Act 2023.",
                "negotiated": "Terms are settled with chosen suppliers, and none was published "
                "before.",
                "framework_competition": "Suppliers of a framework compete for the call-off.",
                "framework_direct": "A supplier of a framework is chosen by its terms alone.",
                "direct_award": "One supplier is given the contract without a competition.",
                "quote": "Some suppliers are asked for a price, below the legal threshold.",
                "extension": "A contract runs longer, as its terms foresaw.",
                "modification": "A running contract was changed instead of buying anew.",
                "waiver": "The council set its own rules aside, and recorded why.",
            },
        ),
        see=("framework", "call-off"),
    ),
    Term(
        "framework",
        "Framework",
        pages.FRAMEWORKS,
        columns=("contracts.framework", "frameworks.framework"),
        more="It settles terms with suppliers for some years, and obliges nobody to buy.",
        see=("call-off", "ceiling"),
    ),
    Term(
        "call-off",
        "Call-off",
        pages.FRAMEWORKS,
        own="A contract made under a framework, on its terms.",
        see=("framework", "route"),
    ),
    Term(
        "ceiling",
        "Ceiling",
        pages.FRAMEWORKS,
        own="The most that may be spent under a framework, by everybody together. Notices of "
        "call-offs often repeat it where the value should stand; it is no contract’s value and is "
        "never added up.",
        see=("framework", "total-value"),
    ),
    Term(
        "ocds",
        "OCDS",
        pages.DATA,
        own="The Open Contracting Data Standard: how notices of contracts are written so that "
        "programs can read them, as releases in a package.",
        sources=(sources.OCDS,),
        see=("ocid", "cpv"),
    ),
    Term(
        "ocid",
        "OCID",
        pages.CONTRACTS,
        columns=("contracts.ocid",),
        more="One may hold several buyers and awards, so that a contract is known by its OCID, its "
        "lead and the number of its award.",
        sources=(sources.OCDS,),
        see=("ocds",),
    ),
    Term(
        "cpv",
        "CPV",
        pages.METHOD,
        own="The Common Procurement Vocabulary: codes that say what a notice buys. By them it is "
        "told whether a notice is about technology.",
        sources=(sources.CPV,),
        see=("ocds",),
    ),
    Term(
        "transparency-code",
        "Transparency Code",
        pages.TRANSPARENCY,
        own="Rules under which councils publish certain facts about each contract over £5,000.",
        sources=(sources.CODE_2015,),
        see=("sme", "vcse", "not-known"),
    ),
)
