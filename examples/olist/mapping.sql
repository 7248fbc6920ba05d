-- Olist's public data set, the orders of a Brazilian marketplace from 2016 to 2018, as Ombud's fact tables.
--
-- The data knows neither Ombud nor Ozon. To run the Ozon book on it, what it does not say is assumed, and marked so
-- below: [data] is the data's own, [assumed] is ours. Under other assumptions other cases open.
--
--   * Every seller is one store on ozon.ru, verified before the first order, at a commission of 15 %.     [assumed]
--   * Times are those of Sao Paulo, summer time included, as Olist recorded them; here they become UTC.    [data]
--   * An order without items (cancelled or unavailable ones) has no seller, hence no store: it is left out.
--   * An order with items of several sellers goes to the seller of its first item.                        [assumed]
--   * No carrier and no tracking number is in the data: the order's id stands for the number, and an accepted carrier
--     for the carrier, so that the rules about carriers and reused numbers, on which the data is silent, open no
--     case. The number is put on the order when it is handed to the carrier.                              [assumed]
--   * When an order was cancelled is not in the data: it counts as cancelled at the last thing that is known of it,
--     so that it opens a case only for what came before.                                                  [assumed]
--
-- Names of files are relative to the folder of the data. Money is cut out of decimals, never out of floats.

CREATE MACRO utc(local) AS CAST(local AS TIMESTAMP) AT TIME ZONE 'America/Sao_Paulo';
CREATE MACRO centavos(reais) AS CAST(CAST(reais AS DECIMAL(18, 2)) * 100 AS BIGINT);
CREATE MACRO export(name) AS TABLE FROM read_csv('olist_' || name || '_dataset.csv', all_varchar = true);

CREATE VIEW items AS
SELECT
    order_id,
    CAST(order_item_id AS BIGINT) AS line,
    product_id,
    seller_id,
    utc(shipping_limit_date) AS ship_by,
    centavos(price) AS price_minor,
    centavos(freight_value) AS freight_minor
FROM export('order_items');

CREATE VIEW categories AS
SELECT product_id, coalesce(product_category_name_english, products.product_category_name) AS category
FROM export('products') AS products
LEFT JOIN read_csv('product_category_name_translation.csv', all_varchar = true) USING (product_category_name);

CREATE VIEW baskets AS
SELECT
    order_id,
    min_by(seller_id, line) AS seller_id,
    min_by(category, line) AS category,
    min(ship_by) AS ship_by,
    sum(price_minor) AS price_minor,
    sum(freight_minor) AS freight_minor
FROM items
LEFT JOIN categories USING (product_id)
GROUP BY order_id;

CREATE VIEW stores AS
SELECT
    seller_id AS store_id,                             -- [data]
    'ozon' AS platform,                                -- [assumed]
    'ozon.ru' AS site,                                 -- [assumed]
    'BR' AS country,                                   -- [data]
    TIMESTAMPTZ '2016-01-01 00:00:00Z' AS verified_at, -- [assumed] before the first order
    NULL AS tier,                                      -- unknown
    'America/Sao_Paulo' AS timezone,                   -- [data]
    0.15 AS commission_rate                            -- [assumed]
FROM export('sellers');

CREATE VIEW orders AS
SELECT
    order_id,                                          -- [data]
    baskets.seller_id AS store_id,                     -- [data] where it is one seller
    customer_unique_id AS buyer_id,                    -- [data]
    CASE order_status
        WHEN 'delivered' THEN 'delivered'
        WHEN 'shipped' THEN 'shipped'
        WHEN 'canceled' THEN 'cancelled'
        WHEN 'unavailable' THEN 'cancelled'
        ELSE 'paid'                                    -- created, approved, invoiced, processing
    END AS status,                                     -- [data]
    'ozon' AS gateway,                                 -- [assumed]
    'BRL' AS currency,                                 -- [data]
    baskets.price_minor AS amount_minor,               -- [data] what the goods cost; payments differ in 24 orders
    baskets.freight_minor AS shipping_minor,           -- [data]
    0 AS refunded_minor,                               -- [assumed]
    baskets.category,                                  -- [data] of the first item
    utc(order_approved_at) AS paid_at,                 -- [data]
    baskets.ship_by,                                   -- [data] the earliest limit of the items
    utc(order_delivered_carrier_date) AS shipped_at,   -- [data]
    utc(order_delivered_customer_date) AS delivered_at, -- [data]
    -- [assumed] that a delivered order is complete at once
    CASE order_status WHEN 'delivered' THEN utc(order_delivered_customer_date) END AS completed_at,
    -- [assumed]
    CASE WHEN order_status IN ('canceled', 'unavailable') THEN utc(greatest(
        order_purchase_timestamp, order_approved_at, order_delivered_carrier_date, order_delivered_customer_date
    )) END AS cancelled_at
FROM export('orders')
JOIN baskets USING (order_id)
JOIN export('customers') USING (customer_id);

CREATE VIEW lines AS
SELECT
    order_id,                                          -- [data]
    line,                                              -- [data]
    product_id AS sku,                                 -- [data]
    1 AS quantity,                                     -- [data] an item bought twice is there twice
    price_minor,                                       -- [data]
    'physical' AS kind                                 -- [assumed]
FROM items;

CREATE VIEW parcels AS
SELECT
    order_id,
    order_id AS tracking_number,                       -- [assumed]
    'ozon-logistics' AS carrier,                       -- [assumed]
    'tracked' AS service,                              -- [assumed]
    shipped_at AS registered_at,                       -- [assumed] at the handover, whose instant is [data]
    'api' AS source,                                   -- [assumed]
    NULL AS warehouse
FROM orders
WHERE shipped_at IS NOT NULL;

CREATE VIEW scans AS
SELECT
    'ozon-logistics' AS carrier,
    order_id AS tracking_number,
    scanned_at,                                        -- [data]
    code,                                              -- [data] what happened, in our words
    'BR' AS country,                                   -- [data]
    NULL AS city,
    NULL AS signed_by,
    NULL AS source_ip
FROM (
    SELECT order_id, shipped_at AS scanned_at, 'picked_up' AS code FROM orders
    UNION ALL
    SELECT order_id, delivered_at, 'delivered' FROM orders WHERE shipped_at IS NOT NULL
)
WHERE scanned_at IS NOT NULL;

CREATE VIEW reviews AS
SELECT
    review_id,
    order_id,
    review_score = '1' AS one_star,
    utc(review_answer_timestamp) AS answered_at,
    trim(concat_ws(chr(10), review_comment_title, review_comment_message)) AS said
FROM export('order_reviews')
SEMI JOIN orders USING (order_id);

CREATE VIEW complaints AS
SELECT
    review_id AS complaint_id,                         -- [data]
    order_id,                                          -- [data]
    CASE                                               -- [assumed] from the words of the review
        WHEN not_received THEN 'not_received'
        WHEN regexp_matches(said, 'errad[oa]|diferente|trocad[oa]|defeit|quebrad[oa]', 'i') THEN 'not_as_described'
        ELSE 'other'
    END AS kind,
    answered_at AS opened_at,                          -- [data] when the buyer wrote
    NULL AS withdrawn_at,
    'none' AS media                                    -- [assumed]
FROM (
    SELECT
        *,
        regexp_matches(said, '(n[aã]o|nunca)\s+(o\s+)?(recebi|chegou|foi\s+entregue)', 'i') AS not_received
    FROM reviews
)
WHERE one_star OR not_received;

CREATE VIEW messages AS
SELECT
    review_id AS message_id,                           -- [data]
    order_id,                                          -- [data]
    'platform' AS channel,                             -- [data] a review stands on the platform
    'buyer' AS sender,                                 -- [data]
    answered_at AS sent_at,                            -- [data]
    said AS text                                       -- [data]
FROM reviews
WHERE said <> '';
