"""What the pages of metrics show of them."""

AT_THE_HEAD = (
    "systems_on_record",
    "contracts_on_record",
    "boroughs_reporting_systems",
    "boroughs_reporting_contracts",
    "boroughs_reporting_skills",
    "median_age_of_facts",
)
"""Metrics that the first sentences of the list state: what all the others stand on."""
