"""Hand-written SQL of the metrics of suppliers.

Each gives one row: value, part, whole, counted, boroughs, left_out, invented.
"""

_OF_DEALS = """, known AS (
    SELECT id, supplier_id AS holder, {amount} AS amount, invented FROM summed
    WHERE supplier_id IS NOT NULL AND {stated}
), of_borough AS (
    SELECT DISTINCT borough_id FROM behind WHERE contract_id IN (SELECT id FROM known)
), everything AS (SELECT id FROM summed)
"""

_OF_SYSTEMS = """, known AS (
    SELECT id, maker AS holder, 1 AS amount, invented FROM market WHERE maker IS NOT NULL
), of_borough AS (
    SELECT DISTINCT borough_id FROM market WHERE maker IS NOT NULL
), everything AS (SELECT id FROM market)
"""

_OF_HOUSING = """, won AS (
    SELECT * FROM summed
    WHERE route IN ('open', 'restricted', 'competitive_flexible', 'framework_competition')
      AND id IN (
        SELECT cf.contract_id FROM contracts_contract_functions cf
        JOIN systems_function f ON f.id = cf.function_id
        JOIN systems_servicearea a ON a.id = f.service_area_id WHERE a.slug = 'housing')
), known AS (
    SELECT id, supplier_id AS holder, 1 AS amount, invented FROM won WHERE supplier_id IS NOT NULL
), of_borough AS (
    SELECT DISTINCT borough_id FROM behind WHERE contract_id IN (SELECT id FROM known)
), everything AS (SELECT id FROM won)
"""

_TOP = """, held AS (
    SELECT holder, sum(amount)::numeric AS amount FROM known GROUP BY holder
), largest AS (
    SELECT amount FROM held ORDER BY amount DESC LIMIT {places}
), sums AS (
    SELECT (SELECT coalesce(sum(amount), 0) FROM largest) AS part,
           (SELECT coalesce(sum(amount), 0) FROM held) AS whole
)
SELECT 100 * part / nullif(whole, 0), part, whole, (SELECT count(*) FROM known),
       (SELECT count(*) FROM of_borough),
       (SELECT count(*) FROM everything) - (SELECT count(*) FROM known),
       (SELECT count(*) FROM known WHERE invented)
FROM sums
"""


def _top(places: int, known: str) -> str:
    return known + _TOP.format(places=places)


_CONTRACTS = _OF_DEALS.format(amount="1", stated="true")
_VALUE = _OF_DEALS.format(amount="total_value", stated="total_value IS NOT NULL")
_YEARLY = _OF_DEALS.format(amount="annual_value", stated="annual_value IS NOT NULL")

SQL = {
    "top10_supplier_share_by_contracts": _top(10, _CONTRACTS),
    "top15_supplier_share_by_contracts": _top(15, _CONTRACTS),
    "top10_supplier_share_by_systems": _top(10, _OF_SYSTEMS),
    "top15_supplier_share_by_systems": _top(15, _OF_SYSTEMS),
    "top10_supplier_share_by_value": _top(10, _VALUE),
    "top15_supplier_share_by_value": _top(15, _VALUE),
    "top10_supplier_share_by_yearly_value": _top(10, _YEARLY),
    "top15_supplier_share_by_yearly_value": _top(15, _YEARLY),
    "housing_top3_share": _top(3, _OF_HOUSING),
    "functions_with_three_or_fewer_suppliers": """, job AS (
        SELECT function_id, count(DISTINCT maker) AS makers,
               bool_or(invented AND maker IS NOT NULL) AS invented
        FROM market GROUP BY function_id
    )
    SELECT 100.0 * count(*) FILTER (WHERE makers BETWEEN 1 AND 3)
               / nullif(count(*) FILTER (WHERE makers > 0), 0),
           count(*) FILTER (WHERE makers BETWEEN 1 AND 3), count(*) FILTER (WHERE makers > 0),
           count(*) FILTER (WHERE makers > 0),
           (SELECT count(DISTINCT borough_id) FROM market WHERE maker IS NOT NULL),
           count(*) FILTER (WHERE makers = 0), count(*) FILTER (WHERE invented)
    FROM job
    """,
    "social_care_suppliers": """, care AS (
        SELECT * FROM market WHERE job IN ('adults-case-management', 'childrens-case-management')
    )
    SELECT nullif(count(DISTINCT maker), 0), NULL, NULL, count(maker),
           count(DISTINCT borough_id) FILTER (WHERE maker IS NOT NULL),
           count(*) - count(maker), count(*) FILTER (WHERE invented AND maker IS NOT NULL)
    FROM care
    """,
    "suppliers_satisfaction_rho_by_borough": """, told AS (
        SELECT borough_id, count(DISTINCT maker)::float AS makers, bool_or(invented) AS invented,
               CASE WHEN count(satisfaction) >= 3
                    THEN sum(satisfaction)::float / count(satisfaction) END AS mean
        FROM used GROUP BY borough_id
    ), kase AS (
        SELECT * FROM told WHERE makers > 0 AND mean IS NOT NULL
    ), ranked AS (
        SELECT rank() OVER (ORDER BY makers) + (count(*) OVER (PARTITION BY makers) - 1) / 2.0 AS x,
               rank() OVER (ORDER BY mean) + (count(*) OVER (PARTITION BY mean) - 1) / 2.0 AS y
        FROM kase
    )
    SELECT CASE WHEN count(*) >= 3 THEN corr(x, y) END, NULL, NULL, count(*), count(*),
           (SELECT count(*) FROM london) - count(*), (SELECT count(*) FROM kase WHERE invented)
    FROM ranked
    """,
    "suppliers_satisfaction_rho_by_function": """, told AS (
        SELECT function_id, count(DISTINCT maker)::float AS makers, bool_or(invented) AS invented,
               CASE WHEN count(satisfaction) >= 3
                    THEN sum(satisfaction)::float / count(satisfaction) END AS mean
        FROM used GROUP BY function_id
    ), kase AS (
        SELECT * FROM told WHERE makers > 0 AND mean IS NOT NULL
    ), ranked AS (
        SELECT rank() OVER (ORDER BY makers) + (count(*) OVER (PARTITION BY makers) - 1) / 2.0 AS x,
               rank() OVER (ORDER BY mean) + (count(*) OVER (PARTITION BY mean) - 1) / 2.0 AS y
        FROM kase
    )
    SELECT CASE WHEN count(*) >= 3 THEN corr(x, y) END, NULL, NULL, count(*),
           (SELECT count(DISTINCT borough_id) FROM used WHERE satisfaction IS NOT NULL
            AND function_id IN (SELECT function_id FROM kase)),
           (SELECT count(*) FROM told) - count(*), (SELECT count(*) FROM kase WHERE invented)
    FROM ranked
    """,
}
