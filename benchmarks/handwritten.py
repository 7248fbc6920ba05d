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

_PARCELS = """
  SELECT order_id, carrier, tracking_number, detail, fired.*
  FROM (
    SELECT order_id, carrier, tracking_number, broken_by AS detail, unnest([
      {{'violation': 'no_first_scan', 'fires_at': CASE WHEN first_scan_at IS NULL
          OR first_scan_at > registered_at + INTERVAL 48 HOURS THEN registered_at + INTERVAL 48 HOURS END,
        'start': registered_at}},
      {{'violation': 'tracking_reused', 'fires_at': CASE WHEN second_order_at IS NOT NULL
          THEN greatest(registered_at, second_order_at) END, 'start': greatest(registered_at, second_order_at)}},
      {{'violation': 'carrier_not_accepted', 'fires_at': CASE WHEN carrier NOT IN ('cdek', 'boxberry', 'ozon-logistics')
          THEN registered_at END, 'start': registered_at}},
      {{'violation': 'track_implausible', 'fires_at': broken_at, 'start': broken_at}}
    ]) AS fired
    FROM parcels
    WHERE first_scan_at IS NULL OR first_scan_at > registered_at + INTERVAL 48 HOURS OR second_order_at IS NOT NULL
      OR carrier NOT IN ('cdek', 'boxberry', 'ozon-logistics') OR broken_at IS NOT NULL
  ) WHERE fired.fires_at IS NOT NULL AND fired.start >= {starts}
"""

TRIGGERS = f"""
WITH covered AS (
  SELECT store_id, verified_at FROM stores
  WHERE platform = 'ozon' AND site IN ('ozon.ru', 'ozon.kz') AND verified_at IS NOT NULL
), parcel_firings AS ({_PARCELS.format(starts=_STARTS)}
), complained AS (
  SELECT order_id, 'delivered_not_received' AS violation, greatest(delivered_at, opened_at) AS fires_at,
    carrier, tracking_number, withdrawn_at
  FROM parcels JOIN (SELECT * FROM complaints WHERE kind = 'not_received') USING (order_id)
  WHERE delivered_at IS NOT NULL
  UNION ALL
  SELECT order_id, 'item_mismatch', opened_at, NULL, NULL, withdrawn_at
  FROM complaints WHERE kind = 'item_mismatch' AND media = 'unboxing_video'
), candidates AS (
  SELECT order_id, violation, fires_at, carrier, tracking_number, detail FROM parcel_firings
  UNION ALL
  SELECT order_id, violation, fires_at, carrier, tracking_number, NULL FROM complained
  WHERE fires_at >= {_STARTS} AND (withdrawn_at IS NULL OR withdrawn_at > fires_at)
)
{_SHIPPING.format(starts=_STARTS)}
UNION ALL
SELECT * FROM (
  SELECT order_id, o.store_id, violation, fires_at, carrier, tracking_number, amount_minor, currency,
    CASE violation WHEN 'track_implausible' THEN detail END AS detail
  FROM candidates JOIN orders o USING (order_id) JOIN covered USING (store_id)
  WHERE (cancelled_at IS NULL OR cancelled_at > fires_at) AND paid_at <= fires_at AND verified_at <= fires_at
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
