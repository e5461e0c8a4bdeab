"""Hand-written SQL of the metrics of products, of contracts' dates and of the record itself.

Each gives one row: value, part, whole, counted, boroughs, left_out, invented.
"""

_SPREAD = """, place AS (
    SELECT borough_id, bool_or({match}) AS has_it, bool_or(invented) AS invented
    FROM used WHERE job = '{job}' GROUP BY borough_id
)
SELECT 100.0 * count(*) FILTER (WHERE has_it) / nullif(count(*), 0),
       count(*) FILTER (WHERE has_it), count(*), count(*), count(*),
       (SELECT count(*) FROM london) - count(*), count(*) FILTER (WHERE invented)
FROM place
"""

_REPORTING = """, told AS (
    SELECT DISTINCT borough_id, source_kind = 'illustrative' AS invented FROM boroughs_return
    WHERE subject = '{subject}' AND borough_id IN (SELECT id FROM london)
      AND (%(invented)s OR source_kind <> 'illustrative')
), sums AS (
    SELECT count(DISTINCT borough_id) AS part,
           count(DISTINCT borough_id) FILTER (WHERE NOT invented) AS sure FROM told
)
SELECT part, part, n, n, n, 0, part - sure FROM sums, (SELECT count(*) AS n FROM london) AS all_33
"""


def _spread(job: str, match: str) -> str:
    return _SPREAD.format(job=job, match=match)


SQL = {
    "modern_gov_boroughs": _spread("committee-management", "product = 'modern-gov'"),
    "xpress_boroughs": _spread("electoral-management", "product = 'xpress'"),
    "sirsidynix_boroughs": _spread(
        "library-management", "coalesce(maker_slug = 'sirsidynix', false)"
    ),
    "idox_boroughs": _spread("planning-public-register", "coalesce(maker_slug = 'idox', false)"),
    "boroughs_reporting_systems": _REPORTING.format(subject="systems"),
    "boroughs_reporting_contracts": _REPORTING.format(subject="contracts"),
    "boroughs_reporting_skills": _REPORTING.format(subject="skills"),
    "contracts_past_act_by": """
    SELECT 100.0 * count(*) FILTER (WHERE decide_by < %(on)s) / nullif(count(decide_by), 0),
           count(*) FILTER (WHERE decide_by < %(on)s), count(decide_by), count(decide_by),
           (SELECT count(DISTINCT borough_id) FROM behind WHERE contract_id IN
            (SELECT id FROM running WHERE decide_by IS NOT NULL)),
           count(*) - count(decide_by), count(*) FILTER (WHERE invented AND decide_by IS NOT NULL)
    FROM running
    """,
    "contracts_with_known_end": """
    SELECT 100.0 * count(*) FILTER (WHERE ends_on <> '' OR rolling) / nullif(count(*), 0),
           count(*) FILTER (WHERE ends_on <> '' OR rolling), count(*), count(*),
           (SELECT count(DISTINCT borough_id) FROM behind
            WHERE contract_id IN (SELECT id FROM deal)),
           0, count(*) FILTER (WHERE invented)
    FROM deal
    """,
    "contracts_ending_in_12_months": """
    SELECT CASE WHEN count(may_end) > 0 THEN
               count(*) FILTER (WHERE may_end <= %(on)s + interval '12 months') END,
           count(*) FILTER (WHERE may_end <= %(on)s + interval '12 months'),
           count(may_end), count(may_end),
           (SELECT count(DISTINCT borough_id) FROM behind WHERE contract_id IN
            (SELECT id FROM running WHERE may_end IS NOT NULL)),
           count(*) - count(may_end), count(*) FILTER (WHERE invented AND may_end IS NOT NULL)
    FROM running
    """,
    "systems_on_record": """
    SELECT count(*), NULL, NULL, count(*), count(DISTINCT borough_id), 0,
           count(*) FILTER (WHERE invented)
    FROM estate
    """,
    "contracts_on_record": """
    SELECT count(*), NULL, NULL, count(*),
           (SELECT count(DISTINCT borough_id) FROM behind
            WHERE contract_id IN (SELECT id FROM deal)),
           0, count(*) FILTER (WHERE invented)
    FROM deal
    """,
    "median_age_of_facts": """, dated AS (
        SELECT invented, CASE length(as_of) WHEN 4 THEN (as_of || '-01-01')::date
            WHEN 7 THEN (as_of || '-01')::date ELSE as_of::date END AS day
        FROM fact WHERE as_of <> ''
    ), middle AS (
        SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY day) AS day, count(*) AS n,
               count(*) FILTER (WHERE invented) AS invented
        FROM dated
    )
    SELECT CASE WHEN n > 0 THEN greatest(0, extract(year FROM age(%(on)s, day)) * 12
                       + extract(month FROM age(%(on)s, day))) END,
           NULL, NULL, n, (SELECT count(*) FROM (
               SELECT borough_id FROM used WHERE as_of <> ''
               UNION SELECT borough_id FROM level WHERE as_of <> ''
               UNION SELECT borough_id FROM behind
                   WHERE contract_id IN (SELECT id FROM deal WHERE as_of <> '')) AS dated_of),
           (SELECT count(*) FROM fact WHERE as_of = ''), invented
    FROM middle
    """,
    "facts_confirmed_in_12_months": """, sums AS (
        SELECT count(*) AS n, count(*) FILTER (WHERE invented) AS invented,
               count(*) FILTER (WHERE confirmed_on <= %(on)s
                                AND confirmed_on >= %(on)s - interval '12 months') AS part
        FROM fact
    )
    SELECT 100.0 * part / nullif(n, 0), part, n, n, (SELECT count(*) FROM fact_of), 0, invented
    FROM sums
    """,
}
