-- The tables of facts, cut from the chunk. What lies after the end of the export is not in it; `ship_by` is a promise, so it is.

CREATE TEMP VIEW orders AS
SELECT order_id, store_id,
  'b' || floor(pow(draw(n, 'buyer'), 1.4) * getvariable('orders') * 0.7)::BIGINT AS buyer_id,
  CASE WHEN known(cancelled_at) IS NOT NULL THEN 'cancelled' WHEN known(completes_at) IS NOT NULL THEN 'completed'
       WHEN known(arrives_at) IS NOT NULL THEN 'delivered' WHEN known(shipped_at) IS NOT NULL THEN 'shipped' ELSE 'paid' END AS status,
  CASE WHEN NOT is_shopify THEN 'ozon'
       WHEN draw(n, 'gateway') < 0.68 THEN 'shopify_payments' WHEN draw(n, 'gateway') < 0.80 THEN 'stripe'
       WHEN draw(n, 'gateway') < 0.93 THEN 'paypal' WHEN draw(n, 'gateway') < 0.97 THEN 'klarna' ELSE 'bank_transfer' END AS gateway,
  currency, amount_minor,
  CASE WHEN special_kind = 'virtual' OR draw(n, 'free shipping') < 0.5 THEN 0
       ELSE (price_level * (0.03 + 0.09 * draw(n, 'shipping')))::BIGINT END AS shipping_minor,
  CASE WHEN fate <> 'unpaid' AND known(cancelled_at) IS NOT NULL THEN amount_minor
       WHEN known(complained_at) IS NOT NULL AND draw(n, 'part back') < 0.15 THEN amount_minor // 3
       WHEN known(arrives_at) IS NOT NULL AND draw(n, 'part back') < 0.008 THEN amount_minor // 5 ELSE 0 END AS refunded_minor,
  CASE WHEN draw(n, 'category') < 0.9 THEN pick(n, 'which category',
       ['electronics', 'beauty', 'baby', 'apparel', 'home', 'toys', 'sport', 'books', 'auto']) END AS category,
  instant(known(paid_at)) AS paid_at,
  CASE WHEN is_promised THEN instant(promised_at) END AS ship_by,
  instant(known(shipped_at)) AS shipped_at, instant(known(arrives_at)) AS delivered_at,
  instant(known(completes_at)) AS completed_at, instant(known(cancelled_at)) AS cancelled_at
FROM world
ORDER BY n;

CREATE TEMP VIEW lines AS
SELECT order_id, line,
  'SKU-' || lpad((s * 7919 + whole(n * 4 + line, 'sku', 1, 400))::VARCHAR, 7, '0') AS sku,
  quantity_of(n, line)::BIGINT AS quantity,
  price_of(n, line, price_level) AS price_minor,
  -- A virtual order is virtual in every line; otherwise the first line is the special one.
  CASE WHEN special_kind = 'virtual' OR line = 1 THEN special_kind ELSE 'physical' END AS kind
FROM world, LATERAL (SELECT unnest([1, 2, 3][:line_count])::BIGINT AS line)
ORDER BY n, line;

CREATE TEMP VIEW parcels AS
SELECT order_id, tracking_number, carrier,
  CASE WHEN is_untracked THEN 'untracked' ELSE 'tracked' END AS service,
  instant(registered_at) AS registered_at,
  CASE WHEN pushes_numbers THEN 'api' ELSE 'manual' END AS source,
  CASE WHEN draw(n, 'warehouse') < 0.9 THEN country || '-' || whole(n, 'which warehouse', 1, 4) END AS warehouse
FROM tracks
ORDER BY t;

CREATE TEMP VIEW scans AS
WITH stepped AS (
  SELECT t, n, carrier, tracking_number, track, steps.code, steps.step,
    CASE WHEN steps.share IS NULL THEN registered_at + whole(t * 16 + step, 'label', 0, 300) + step * days(1)
         ELSE picked_up_at + floor(share * CASE WHEN track = 'too_fast' THEN minutes(80) ELSE under_way END)::BIGINT
           + CASE WHEN share > 0 AND share < 1 AND code <> 'delivered' THEN whole(t * 16 + step, 'scan', 0, 1500) ELSE 0 END END AS happens_at,
    CASE WHEN share IS NULL THEN NULL WHEN is_abroad THEN destination
         WHEN track = 'too_fast' AND country = destination THEN 'CN' ELSE country END AS at_country
  FROM tracks JOIN world_steps steps USING (track)
  WHERE NOT is_twin AND (steps.share IS NOT NULL OR track = 'label_only' OR draw(t, 'label') < 0.45)
)
SELECT carrier, tracking_number, instant(happens_at) AS scanned_at, code, at_country AS country,
  CASE WHEN draw(t * 16 + step, 'city') < 0.85 THEN pick(t * 16 + step, 'which city', cities_of(at_country)) END AS city,
  CASE WHEN code = 'delivered' AND draw(t, 'signs') < 0.8 THEN pick(t, 'signer', signers_of(at_country)) END AS signed_by,
  CASE WHEN track = 'odd_address' AND code = 'picked_up' THEN '203.0.113.' || whole(t, 'odd address', 1, 254)
       WHEN draw(t, 'shows address') < 0.3 THEN address_of(t * 16 + step, carrier) END AS source_ip
FROM stepped
WHERE known(happens_at) IS NOT NULL
ORDER BY t, happens_at, step;

CREATE TEMP VIEW complaints AS
WITH voiced AS (
  SELECT n, 0 AS again, order_id, complaint AS kind, complained_at AS happens_at, withdrawn_at FROM world WHERE complaint IS NOT NULL
  UNION ALL
  SELECT n, 1, order_id, CASE complaint WHEN 'not_received' THEN 'other' ELSE 'not_as_described' END, complained_at + hours(whole(n, 'again', 20, 90)), NULL
  FROM world WHERE complaint IS NOT NULL AND draw(n, 'complains again') < 0.06
)
SELECT 'C' || lpad((n * 2 + again)::VARCHAR, 9, '0') AS complaint_id, order_id, kind, instant(happens_at) AS opened_at,
  instant(known(withdrawn_at)) AS withdrawn_at,
  CASE WHEN kind = 'item_mismatch' THEN CASE WHEN draw(n, 'media') < 0.6 THEN 'unboxing_video' WHEN draw(n, 'media') < 0.9 THEN 'photo' ELSE 'none' END
       WHEN kind = 'not_as_described' AND draw(n, 'media') < 0.6 THEN 'photo' ELSE 'none' END AS media
FROM voiced
WHERE known(happens_at) IS NOT NULL
ORDER BY n, again;

CREATE TEMP VIEW messages AS
WITH said AS (
  SELECT n, order_id, is_shopify, destination, 0 AS k, 'buyer' AS sender, complained_at - minutes(whole(n, 'writes', 1, 600)) AS happens_at,
    CASE complaint WHEN 'not_received' THEN 'missing' ELSE 'wrong' END AS word FROM world WHERE complaint IS NOT NULL
  UNION ALL
  SELECT n, order_id, is_shopify, destination, 1, 'seller', complained_at + hours(whole(n, 'answers', 1, 60)), 'sorry'
  FROM world WHERE complaint IS NOT NULL AND draw(n, 'answers at all') < 0.7
  UNION ALL
  SELECT n, order_id, is_shopify, destination, 2, 'buyer', placed_at + hours(whole(n, 'asks', 2, 90)), 'where'
  FROM world WHERE draw(n, 'asks at all') < 0.05
  UNION ALL
  SELECT n, order_id, is_shopify, destination, 3, 'platform', cancelled_at + 60, 'cancelled' FROM world WHERE cancelled_at IS NOT NULL
)
SELECT 'M' || lpad((n * 4 + k)::VARCHAR, 9, '0') AS message_id, order_id,
  CASE WHEN sender <> 'platform' AND draw(n * 4 + k, 'outside') < 0.07 THEN 'external'
       WHEN sender = 'platform' OR NOT is_shopify THEN 'platform'
       WHEN draw(n, 'mailbox') < 0.5 THEN 'inbox' ELSE 'order_mailbox' END AS channel,
  sender, instant(happens_at) AS sent_at, text_of(word, destination) AS text
FROM said
WHERE known(happens_at) IS NOT NULL
ORDER BY n, k;

CREATE TEMP VIEW stores AS
SELECT store_id, platform, site, country, instant(verified_at) AS verified_at, tier, timezone, commission_rate
FROM world_stores
ORDER BY s;
