"""The columns of the boroughs file. Append only: scripts depend on them."""

from boroughs.models import Borough, Subject
from citytools.lists.columns import Column

BOROUGH_COLUMNS = (
    Column("gss_code", "text", "The code at the Office for National Statistics.", "gss_code"),
    Column("borough", "text", "The body.", "name"),
    Column("slug", "text", "Its name in addresses and filters.", "slug"),
    Column("official_name", "text", "Its full name.", "official_name"),
    Column("code", "text", "Three letters, for small tiles.", "code"),
    Column(
        "kind",
        "text",
        "A London borough, the City, or a regional body, which is never counted among the 33.",
        "kind",
        allowed=tuple(Borough.Kind.values),
    ),
    Column(
        "inner_or_outer",
        "text",
        "Inner or outer London.",
        "inner_or_outer",
        allowed=tuple(Borough.Ring.values),
    ),
    Column(
        "partnership",
        "text",
        "The sub-regional partnership that a borough belongs to; empty where not settled.",
        "partnership",
    ),
    Column(
        "population",
        "integer",
        "Residents, rounded as the census gives them.",
        "population",
        unit="people",
    ),
    Column(
        "population_year", "integer", "The year of the population.", "population_year", unit="year"
    ),
    Column(
        "households",
        "integer",
        "Households, rounded as the census gives them.",
        "households",
        unit="households",
    ),
    Column(
        "systems",
        "integer",
        "Systems known; without a return at least so many.",
        "system_count",
        unit="systems",
    ),
    Column(
        "contracts",
        "integer",
        "Contracts known that it leads or shares.",
        "contract_count",
        unit="contracts",
    ),
    Column("skill_levels", "integer", "Skills whose level is known.", "skill_count", unit="skills"),
    Column(
        "returned_systems",
        "yes or no",
        "Whether it has sent a return on systems.",
        "returned_systems",
    ),
    Column(
        "returned_contracts",
        "yes or no",
        "Whether it has sent a return on contracts.",
        "returned_contracts",
    ),
    Column(
        "returned_skills", "yes or no", "Whether it has sent a return on skills.", "returned_skills"
    ),
    *(
        Column(
            f"complete_{subject}",
            "yes or no",
            f"Whether the borough's latest return on {subject} is complete: what it leaves out is "
            "none.",
            f"complete_{subject}",
        )
        for subject in Subject.values
    ),
)
