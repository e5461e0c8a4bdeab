"""The first tables of each hand-written SQL: the 33, their systems in use, their contracts, who
stands behind each contract, and the skill levels. Nothing of research or its querysets is used.
"""

TABLES = """
WITH london AS (
    SELECT id FROM boroughs_borough WHERE kind IN ('borough', 'city')
), estate AS (
    SELECT s.id, s.borough_id, s.function_id, s.status, s.satisfaction, s.as_of, s.confirmed_on,
           s.confidence, s.national_or_shared, s.source_kind = 'illustrative' AS invented,
           p.slug AS product, p.manufacturer_id AS maker, m.slug AS maker_slug, f.slug AS job
    FROM systems_system s
    JOIN systems_product p ON p.id = s.product_id
    JOIN systems_function f ON f.id = s.function_id
    LEFT JOIN systems_supplier m ON m.id = p.manufacturer_id
    WHERE s.borough_id IN (SELECT id FROM london)
      AND (%(invented)s OR s.source_kind <> 'illustrative')
), used AS (
    SELECT * FROM estate
    WHERE status IN ('', 'live', 'implementing', 'retiring') AND confidence <> 'low'
      AND NOT (as_of > '' AND as_of < '2020' AND confirmed_on IS NULL)
), market AS (
    SELECT * FROM used WHERE NOT national_or_shared
), party AS (
    SELECT id AS contract_id, lead_id AS borough_id FROM contracts_contract
    UNION SELECT contract_id, borough_id FROM contracts_contractpartner
), behind AS (
    SELECT * FROM party WHERE borough_id IN (SELECT id FROM london)
), deal AS (
    SELECT c.*, c.source_kind = 'illustrative' AS invented,
        CASE length(ends_on)
            WHEN 4 THEN (ends_on || '-01-01')::date
            WHEN 7 THEN (ends_on || '-01')::date
            WHEN 10 THEN ends_on::date END AS may_end,
        CASE length(ends_on)
            WHEN 4 THEN (ends_on || '-12-31')::date
            WHEN 7 THEN ((ends_on || '-01')::date + interval '1 month' - interval '1 day')::date
            WHEN 10 THEN ends_on::date END AS must_end,
        CASE length(starts_on)
            WHEN 4 THEN (starts_on || '-01-01')::date
            WHEN 7 THEN (starts_on || '-01')::date
            WHEN 10 THEN starts_on::date END AS may_start,
        CASE WHEN length(ends_on) = 10
            THEN (ends_on::date - notice_months * interval '1 month')::date END AS decide_by
    FROM contracts_contract c
    WHERE id IN (SELECT contract_id FROM behind)
      AND (%(invented)s OR source_kind <> 'illustrative')
), running AS (
    SELECT * FROM deal
    WHERE coalesce(may_start, %(on)s) <= %(on)s AND stage <> 'planned'
      AND (rolling OR must_end >= %(on)s OR (must_end IS NULL AND may_start IS NOT NULL))
), summed AS (
    SELECT * FROM deal
    WHERE stage <> 'planned' AND NOT includes_services
      AND (rolling OR coalesce(may_start, may_end) IS NOT NULL)
), level AS (
    SELECT l.borough_id, l.as_of, l.confirmed_on, l.source_kind = 'illustrative' AS invented
    FROM skills_skilllevel l
    WHERE l.borough_id IN (SELECT id FROM london)
      AND (%(invented)s OR l.source_kind <> 'illustrative')
), fact AS (
    SELECT as_of, confirmed_on, invented FROM used
    UNION ALL SELECT as_of, confirmed_on, invented FROM deal
    UNION ALL SELECT as_of, confirmed_on, invented FROM level
), fact_of AS (
    SELECT borough_id FROM used UNION SELECT borough_id FROM level
    UNION SELECT borough_id FROM behind WHERE contract_id IN (SELECT id FROM deal)
)
"""
