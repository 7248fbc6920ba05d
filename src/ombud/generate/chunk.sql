-- One chunk of orders, from `first` up to, not including, `last`, with everything that the tables are cut from: what was
-- bought, what becomes of the order, its track and its complaints. Instants are seconds; null means that it never happens.

CREATE OR REPLACE TEMP TABLE bought AS
WITH numbered AS (
  SELECT n, (n - 1 - floor(draw(n, 'twin distance') * least(n, 300)))::BIGINT AS twin, draw(n, 'twin') AS twin_draw,
    draw(n, 'twin in store') < 0.6 AS twin_in_store, store_of(n) AS own_store
  FROM range(getvariable('first'), getvariable('last')) t(n)
), twinned AS (  -- a number that serves two orders: this order carries the number of an earlier one of the same platform
  SELECT numbered.n, own_store, twin, twin_in_store, other.s AS twin_store,
    coalesce(n > 0 AND own.platform = other.platform AND twin_draw < 0.005 * own.quality, false) AS is_twin
  FROM numbered
  JOIN world_stores own ON own.s = own_store
  LEFT JOIN world_stores other ON other.s = store_of(greatest(twin, 0))
)
SELECT n,
  CASE WHEN store.is_shopify THEN (5200000000 + n)::VARCHAR
       ELSE lpad((20000000 + n)::VARCHAR, 8, '0') || '-' || lpad(whole(n, 'order suffix', 1, 9999)::VARCHAR, 4, '0') || '-1' END AS order_id,
  is_twin, CASE WHEN is_twin THEN twin ELSE n END AS number_owner, CASE WHEN is_twin THEN twin_store ELSE own_store END AS number_store,
  store.*,
  getvariable('starts') + ((n + draw(n, 'placed')) * getvariable('span') / getvariable('orders'))::BIGINT
    - CASE WHEN is_shopify AND draw(n, 'long ago') < 0.004 THEN days(215) ELSE 0 END AS placed_at,
  lines_of(n) AS line_count,
  price_of(n, 1, price_level) * quantity_of(n, 1)
    + CASE WHEN lines_of(n) > 1 THEN price_of(n, 2, price_level) * quantity_of(n, 2) ELSE 0 END
    + CASE WHEN lines_of(n) > 2 THEN price_of(n, 3, price_level) * quantity_of(n, 3) ELSE 0 END AS amount_minor,
  CASE WHEN draw(n, 'kind') < 0.03 AND is_shopify AND sells_virtual THEN 'virtual'
       WHEN draw(n, 'kind') < 0.03 THEN 'physical'
       WHEN draw(n, 'kind') < 0.045 AND is_shopify THEN 'made_to_order'
       WHEN draw(n, 'kind') < 0.055 THEN 'adult' ELSE 'physical' END AS special_kind
FROM twinned
JOIN world_stores store ON store.s = CASE WHEN is_twin AND twin_in_store THEN twin_store ELSE own_store END;

CREATE OR REPLACE TEMP TABLE shipped AS
WITH fated AS (
  SELECT *, draw(n, 'fate') AS f,
    placed_at + days(promise_days) - placed_at % 60 AS promised_at,
    CASE WHEN is_shopify THEN draw(n, 'promised') < 0.4 ELSE draw(n, 'promised') < 0.995 END AS is_promised
  FROM bought
), named AS (
  SELECT *, CASE
      WHEN special_kind = 'virtual' THEN 'virtual'
      WHEN f < 0.010 THEN 'unpaid'
      WHEN f < 0.012 THEN 'on_delivery'  -- marked shipped, paid at the door or never
      WHEN f < 0.030 THEN 'cancelled'
      WHEN f < 0.0305 THEN 'cancelled_at_promise'
      WHEN f < 0.0315 THEN 'shipped_at_promise'
      WHEN f < 0.0315 + 0.005 * quality THEN 'never'
      WHEN f < 0.0315 + 0.008 * quality THEN 'cancelled_late'
      WHEN f < 0.0315 + 0.026 * quality THEN 'late'
      ELSE 'in_time' END AS fate
  FROM fated
), timed AS (
  SELECT *,
    CASE fate WHEN 'unpaid' THEN NULL
      WHEN 'on_delivery' THEN CASE WHEN draw(n, 'pays') < 0.5 THEN placed_at + days(9) END
      ELSE placed_at + whole(n, 'paid', 0, 1800) END AS paid_at,
    CASE fate
      WHEN 'in_time' THEN placed_at + 1800 + (draw(n, 'shipped') * 0.85 * (promised_at - placed_at - 1800))::BIGINT
      WHEN 'on_delivery' THEN placed_at + hours(20)
      WHEN 'virtual' THEN placed_at + 2000
      WHEN 'shipped_at_promise' THEN promised_at
      WHEN 'late' THEN promised_at + whole(n, 'how late', 60, days(4)) END AS shipped_at
  FROM named
), parcelled AS (
  SELECT *,
    -- A number is put on the order at shipping by the API, and some hours around it by hand.
    CASE WHEN fate = 'virtual' THEN NULL
      WHEN fate = 'never' AND draw(n, 'number for nothing') < 0.3 THEN promised_at - hours(whole(n, 'registered', 1, 20))
      WHEN pushes_numbers THEN shipped_at + whole(n, 'registered', 0, 600)
      ELSE greatest(shipped_at + whole(n, 'registered', -hours(4), hours(12)), placed_at + 1800) END AS registered_at,
    draw(n, 'track') AS k, is_shopify AND draw(n, 'untracked') < 0.06 AS is_untracked,
    country <> destination AND NOT (country = 'HK' AND destination = 'CN') AS crosses_border
  FROM timed
)
SELECT *, CASE
    WHEN registered_at IS NULL OR is_twin THEN NULL
    WHEN is_untracked THEN 'silent'
    WHEN fate = 'never' THEN 'label_only'
    WHEN k < 0.007 * quality THEN 'silent'
    WHEN k < 0.013 * quality THEN 'label_only'
    WHEN k < 0.025 * quality THEN 'late_scan'
    WHEN k < 0.028 * quality THEN 'backwards'
    WHEN k < 0.031 * quality THEN 'too_fast'
    WHEN k < 0.033 * quality THEN 'odd_address'
    WHEN k < 0.040 * quality THEN 'lost'
    WHEN k > 0.999 THEN 'scan_at_48h'
    WHEN k > 0.989 THEN 'returned'
    WHEN k > 0.959 THEN 'second_try'
    WHEN k > 0.954 THEN 'early_scan'
    WHEN crosses_border THEN 'abroad' ELSE 'honest' END AS track,
  registered_at + CASE
    WHEN k < 0.025 * quality AND k >= 0.013 * quality THEN hours(49) + whole(n, 'late scan', 0, hours(90))
    WHEN k > 0.999 THEN hours(48)
    WHEN k <= 0.959 AND k > 0.954 THEN -whole(n, 'early scan', 600, hours(5))
    ELSE whole(n, 'pick-up', 1800, hours(40)) END AS picked_up_at,
  CASE WHEN crosses_border THEN whole(n, 'under way', days(8), days(22)) ELSE whole(n, 'under way', days(2), days(8)) END AS under_way,
  registered_at IS NOT NULL AND NOT is_twin AND NOT is_untracked AND draw(n, 'second parcel') < 0.03 AS has_second_parcel
FROM parcelled;

CREATE OR REPLACE TEMP TABLE world AS
WITH arrived AS (
  SELECT *,
    CASE WHEN track IN ('honest', 'abroad', 'second_try', 'early_scan', 'scan_at_48h', 'late_scan', 'odd_address') THEN picked_up_at + under_way
         WHEN track = 'too_fast' THEN picked_up_at + minutes(80)
         WHEN track = 'backwards' THEN picked_up_at + under_way // 2
         WHEN is_twin AND draw(n, 'twin arrives') < 0.7 THEN registered_at + under_way
         WHEN track = 'silent' AND draw(n, 'silent arrives') < 0.6 THEN registered_at + under_way + days(2)
         WHEN fate = 'virtual' THEN shipped_at END AS arrives_at
  FROM shipped
), complained AS (
  SELECT *, draw(n, 'complaint') AS c,
    CASE fate WHEN 'cancelled' THEN placed_at + 1800 + whole(n, 'cancelled', 0, days(promise_days) - 3600)
      WHEN 'unpaid' THEN placed_at + days(1)
      WHEN 'cancelled_at_promise' THEN promised_at
      WHEN 'cancelled_late' THEN promised_at + whole(n, 'cancelled', 1, days(6))
      ELSE CASE WHEN track = 'returned' THEN picked_up_at + under_way + days(9)
                WHEN arrives_at IS NOT NULL AND draw(n, 'refused') < 0.004 THEN shipped_at + hours(whole(n, 'cancelled', 1, 40)) END END AS cancelled_at
  FROM arrived
), voiced AS (
  SELECT * REPLACE (CASE WHEN arrives_at < cancelled_at OR cancelled_at IS NULL THEN arrives_at END AS arrives_at),
    CASE
      WHEN fate IN ('unpaid', 'cancelled') THEN NULL
      WHEN track IN ('lost', 'label_only') AND c < 0.45 THEN 'not_received'
      WHEN fate = 'never' AND c < 0.2 THEN 'not_received'
      WHEN track = 'returned' AND c < 0.2 THEN 'other'
      WHEN fate = 'late' AND c < 0.03 THEN 'not_received'
      WHEN arrives_at IS NULL AND c < 0.008 THEN 'not_received'
      WHEN placed_at < getvariable('starts') AND c < 0.25 THEN 'not_as_described'
      WHEN c < 0.0018 * quality THEN 'not_received'
      WHEN c < 0.0048 * quality THEN 'item_mismatch'
      WHEN c < 0.0066 * quality THEN 'not_as_described'
      WHEN c < 0.0074 * quality THEN 'other' END AS complaint
  FROM complained
), dated AS (
  SELECT *,
    CASE WHEN complaint IS NULL THEN NULL
      WHEN placed_at < getvariable('starts') THEN getvariable('starts') + days(whole(n, 'old complaint', 12, 60))
      WHEN arrives_at IS NULL THEN coalesce(registered_at, promised_at) + days(whole(n, 'complains', 4, 24))
      -- A quarter of those who say that nothing came say so before the track says delivered.
      WHEN complaint = 'not_received' AND draw(n, 'impatient') < 0.25 THEN arrives_at - whole(n, 'complains', 3600, days(3))
      ELSE arrives_at + whole(n, 'complains', 1800, days(12)) END AS complained_at,
    CASE WHEN arrives_at IS NOT NULL AND complaint IS NULL THEN arrives_at + CASE WHEN is_shopify THEN 0 ELSE days(2) END + whole(n, 'completes', 3600, days(4))
         WHEN placed_at < getvariable('starts') THEN arrives_at + days(1) END AS completes_at
  FROM voiced
)
SELECT * REPLACE (complained_at + whole(n, 'complaint second', 0, 59) AS complained_at),
  CASE WHEN draw(n, 'withdraws') < 0.17 THEN complained_at + whole(n, 'complaint second', 0, 59) + whole(n, 'withdrawn', 600, days(5))
       WHEN draw(n, 'withdraws') < 0.175 THEN complained_at + whole(n, 'complaint second', 0, 59) END AS withdrawn_at
FROM dated;

-- Every number on an order; where it was taken over from another order, its scans are those of that other order's track.
CREATE OR REPLACE TEMP TABLE tracks AS
SELECT n, n * 2 AS t, order_id, registered_at, track, picked_up_at, under_way, country, destination, is_twin, is_untracked, pushes_numbers,
  carrier_of(number_owner, owner.at_site, owner.to_country, owner.from_country, owner.at_quality) AS carrier,
  number_of(number_owner * 2, carrier) AS tracking_number
FROM world JOIN (
  SELECT s AS owner_store, site AS at_site, destination AS to_country, country AS from_country, quality AS at_quality FROM world_stores
) owner ON owner_store = number_store
WHERE known(registered_at) IS NOT NULL
UNION ALL
SELECT n, n * 2 + 1, order_id, registered_at + 240, CASE WHEN crosses_border THEN 'abroad' ELSE 'honest' END,
  registered_at + 240 + whole(n, 'second pick-up', 1800, hours(30)), under_way, country, destination, false, false, pushes_numbers,
  carrier_of(n, site, destination, country, quality) AS carrier, number_of(n * 2 + 1, carrier)
FROM world WHERE has_second_parcel AND known(registered_at + 240) IS NOT NULL;
