"""The columns of a comparison's file. Append only: scripts depend on them."""

from citytools.lists.columns import Column

STATES = ("known", "at least", "none recorded", "not known")

COMPARE_COLUMNS = (
    Column("section", "text", "What is compared: systems, hosting, contracts and so on."),
    Column("group", "text", "The service area or family of skills; empty where there is none."),
    Column("item", "text", "The function, skill or number compared."),
    Column("gss_code", "text", "The borough's code at the Office for National Statistics."),
    Column("borough", "text", "The borough."),
    Column(
        "state",
        "text",
        "Whether the value is known, a lower bound, none (its latest return on the subject is "
        "complete and names none), or not known.",
        allowed=STATES,
    ),
    Column("value", "text", "The answer: names joined by '; ', a level, or a bare number."),
    Column("unit", "text", "What a number counts; empty for names and levels."),
)
