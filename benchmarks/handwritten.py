"""What an engineer would write by hand in DuckDB's SQL for Ozon's book of 2026-03-12: the yardstick.

Both read tables or views `stores`, `orders`, `parcels` (for TRIGGERS with the scans folded in), `scans`, `complaints`.
"""

from __future__ import annotations

_STARTS = "TIMESTAMPTZ '2026-03-12 00:00:00+00'"

FOLD = f"""
WITH judged AS (
  SELECT carrier, tracking_number, scanned_at, code, country, signed_by,
    CASE code WHEN 'label_created' THEN 0 WHEN 'picked_up' THEN 1 WHEN 'in_transit' THEN 2 WHEN 'customs' THEN 2
              WHEN 'out_for_delivery' THEN 3 WHEN 'delivered' THEN 4 END AS stage
  FROM scans
), numbers AS (
  SELECT carrier, tracking_number,
    min(scanned_at) FILTER (code <> 'label_created') AS first_scan_at,
    min(scanned_at) FILTER (code <> 'label_created' AND country = 'RU') AS first_in_ru,
    min(scanned_at) FILTER (code <> 'label_created' AND country = 'KZ') AS first_in_kz,
    min(scanned_at) FILTER (code = 'delivered') AS delivered_at,
    arg_min(signed_by, scanned_at) FILTER (code = 'delivered') AS signed_by,
    max(scanned_at) AS last_scan_at
  FROM scans GROUP BY ALL
), backwards AS (
  SELECT carrier, tracking_number, scanned_at AS broken_at, 'order_of_codes' AS rule, code, country,
    previous_at, previous_code, previous_country
  FROM (
    SELECT *, lag(stage) OVER track AS previous_stage, lag(scanned_at) OVER track AS previous_at,
      lag(code) OVER track AS previous_code, lag(country) OVER track AS previous_country
    FROM judged WHERE stage IS NOT NULL
    WINDOW track AS (PARTITION BY carrier, tracking_number ORDER BY scanned_at, stage, code)
  ) WHERE previous_stage > stage AND scanned_at >= {_STARTS}
), too_fast AS (
  SELECT carrier, tracking_number, scanned_at AS broken_at, 'travel_speed' AS rule, code, country,
    previous_at, previous_code, previous_country
  FROM (
    SELECT *, lag(scanned_at) OVER track AS previous_at, lag(code) OVER track AS previous_code,
      lag(country) OVER track AS previous_country
    FROM judged WHERE country IS NOT NULL AND code <> 'label_created'
    WINDOW track AS (PARTITION BY carrier, tracking_number ORDER BY scanned_at, stage, code)
  ) WHERE previous_country <> country AND scanned_at >= {_STARTS} AND scanned_at - previous_at < CASE
      WHEN previous_country IN ('CN', 'RU') AND country IN ('CN', 'RU') THEN INTERVAL 5 HOURS
      WHEN previous_country IN ('CN', 'KZ') AND country IN ('CN', 'KZ') THEN INTERVAL 3 HOURS ELSE INTERVAL 1 HOUR END
), broken AS (
  SELECT * FROM (SELECT * FROM backwards UNION ALL SELECT * FROM too_fast)
  QUALIFY row_number() OVER (PARTITION BY carrier, tracking_number ORDER BY broken_at, rule, code) = 1
), reused AS (
  SELECT carrier, tracking_number, min(registered_at, 2)[2] AS second_order_at
  FROM parcels GROUP BY ALL HAVING count(*) > 1
)
SELECT p.order_id, p.tracking_number, p.carrier, p.service, p.registered_at, p.source, p.warehouse,
  n.first_scan_at,
  CASE s.site WHEN 'ozon.ru' THEN n.first_in_ru WHEN 'ozon.kz' THEN n.first_in_kz END AS destination_scan_at,
  n.delivered_at, n.signed_by, n.last_scan_at, r.second_order_at, b.broken_at,
  CASE WHEN b.rule IS NOT NULL THEN to_json({{'rule': b.rule, 'scans': [
    {{'at': b.previous_at, 'code': b.previous_code, 'country': b.previous_country}},
    {{'at': b.broken_at, 'code': b.code, 'country': b.country}}]}})::VARCHAR END AS broken_by
FROM parcels p
LEFT JOIN numbers n USING (carrier, tracking_number)
LEFT JOIN reused r USING (carrier, tracking_number)
LEFT JOIN broken b USING (carrier, tracking_number)
LEFT JOIN orders o USING (order_id)
LEFT JOIN stores s USING (store_id)
"""
"""Scans folded into parcels, with implausible tracks."""

_SHIPPING = """
  SELECT o.order_id, o.store_id, 'not_shipped' AS violation, ship_by AS fires_at,
    NULL::VARCHAR AS carrier, NULL::VARCHAR AS tracking_number, amount_minor, currency, NULL::VARCHAR AS detail
  FROM orders o JOIN covered USING (store_id)
  WHERE ship_by >= {starts} AND (shipped_at IS NULL OR shipped_at > ship_by)
    AND (cancelled_at IS NULL OR cancelled_at > ship_by) AND paid_at <= ship_by AND verified_at <= ship_by
"""

_CANDIDATE = "order_id, store_id, amount_minor, currency, cancelled_at, since"

TRIGGERS = f"""
WITH covered AS (
  SELECT store_id, verified_at FROM stores
  WHERE platform = 'ozon' AND site IN ('ozon.ru', 'ozon.kz') AND verified_at IS NOT NULL
), hits AS MATERIALIZED (
  SELECT order_id, store_id, amount_minor, currency, cancelled_at, greatest(paid_at, verified_at) AS since,
    carrier, tracking_number, registered_at, second_order_at, broken_at, broken_by,
    first_scan_at IS NULL OR first_scan_at > registered_at + INTERVAL 48 HOURS AS unscanned
  FROM parcels JOIN orders USING (order_id) JOIN covered USING (store_id)
  WHERE (first_scan_at IS NULL OR first_scan_at > registered_at + INTERVAL 48 HOURS OR second_order_at IS NOT NULL
    OR carrier NOT IN ('cdek', 'boxberry', 'ozon-logistics') OR broken_at IS NOT NULL) AND paid_at IS NOT NULL
), complained AS (
  SELECT order_id, store_id, amount_minor, currency, cancelled_at, greatest(paid_at, verified_at) AS since,
    kind, opened_at, withdrawn_at
  FROM complaints JOIN orders USING (order_id) JOIN covered USING (store_id)
  WHERE (kind = 'not_received' OR kind = 'item_mismatch' AND media = 'unboxing_video') AND paid_at IS NOT NULL
), candidates AS (
  SELECT {_CANDIDATE}, 'no_first_scan' AS violation, registered_at AS start,
    registered_at + INTERVAL 48 HOURS AS fires_at, carrier, tracking_number, NULL AS detail
  FROM hits WHERE unscanned
  UNION ALL
  SELECT {_CANDIDATE}, 'tracking_reused', greatest(registered_at, second_order_at) AS shared_at, shared_at,
    carrier, tracking_number, NULL
  FROM hits WHERE second_order_at IS NOT NULL
  UNION ALL
  SELECT {_CANDIDATE}, 'carrier_not_accepted', registered_at, registered_at, carrier, tracking_number, NULL
  FROM hits WHERE carrier NOT IN ('cdek', 'boxberry', 'ozon-logistics')
  UNION ALL
  SELECT {_CANDIDATE}, 'track_implausible', broken_at, broken_at, carrier, tracking_number, broken_by
  FROM hits WHERE broken_at IS NOT NULL
  UNION ALL
  SELECT {_CANDIDATE}, 'delivered_not_received', greatest(delivered_at, opened_at) AS told, told,
    carrier, tracking_number, NULL
  FROM complained JOIN parcels USING (order_id)
  WHERE kind = 'not_received' AND delivered_at IS NOT NULL
    AND (withdrawn_at IS NULL OR withdrawn_at > greatest(delivered_at, opened_at))
  UNION ALL
  SELECT {_CANDIDATE}, 'item_mismatch', opened_at, opened_at, NULL, NULL, NULL
  FROM complained WHERE kind = 'item_mismatch' AND (withdrawn_at IS NULL OR withdrawn_at > opened_at)
)
{_SHIPPING.format(starts=_STARTS)}
UNION ALL
SELECT order_id, store_id, violation, fires_at, carrier, tracking_number, amount_minor, currency, detail
FROM (
  SELECT * FROM candidates
  WHERE start >= {_STARTS} AND since <= fires_at AND (cancelled_at IS NULL OR cancelled_at > fires_at)
  QUALIFY row_number() OVER (PARTITION BY order_id, violation ORDER BY fires_at, carrier, tracking_number) = 1
)
"""
"""Every row that fires, now or later: order, violation, instant, number, amount."""

TOUCHED = {
    "orders": ("order_id", "store_id", "paid_at", "ship_by", "shipped_at", "cancelled_at", "amount_minor", "currency"),
    "parcels": (
        "order_id",
        "carrier",
        "tracking_number",
        "registered_at",
        "first_scan_at",
        "delivered_at",
        "second_order_at",
        "broken_at",
    ),
    "complaints": ("complaint_id", "order_id", "kind", "media", "opened_at", "withdrawn_at"),
}
"""The columns that any scan for Ozon's triggers must read."""

READ = " UNION ALL ".join(
    f"SELECT sum(hash({', '.join(columns)})::HUGEINT) FROM {table}" for table, columns in TOUCHED.items()
)
"""Just reads them."""
