-- The stores of the world. The first sixteen show every kind; from there on the kinds repeat. `quality` multiplies how often
-- things go wrong: most stores are below 1, about one in ten is far above.

CREATE TABLE world_stores AS
WITH kinds AS (
  SELECT s, [
      'ozon.ru', 'shopify', 'ozon.ru', 'shopify', 'ozon.kz', 'ozon.ru', 'shopify', 'ozon.ru',
      'shopify', 'ozon.com', 'ozon.ru', 'shopify', 'ozon.ru', 'shopify', 'ozon.kz', 'shopify'][s % 16 + 1] AS shop,
    draw(s, 'quality') AS q
  FROM range(getvariable('stores')) t(s)
), placed AS (
  SELECT *, shop = 'shopify' AS is_shopify,
    CASE WHEN shop = 'shopify' THEN pick(s, 'seller', ['CN', 'US', 'DE', 'HK', 'GB', 'US'])
         ELSE pick(s, 'seller', ['CN', 'CN', 'CN', 'RU', 'RU', 'HK']) END AS country,
    CASE WHEN shop = 'ozon.kz' THEN 'KZ'
         WHEN shop LIKE 'ozon%' THEN 'RU'
         ELSE pick(s, 'market', ['US', 'US', 'US', 'GB', 'DE']) END AS destination
  FROM kinds
)
SELECT s, is_shopify, destination,
  'S' || lpad((s + 1)::VARCHAR, 6, '0') AS store_id,
  CASE WHEN is_shopify THEN 'shopify' ELSE 'ozon' END AS platform,
  CASE WHEN is_shopify
       THEN pick(s, 'first word', ['north', 'little', 'urban', 'plain', 'lucky', 'green', 'silver', 'daily']) || '-'
         || pick(s, 'second word', ['harbor', 'kettle', 'parcel', 'garden', 'thread', 'lantern', 'pixel', 'cradle']) || '-' || (s + 1) || '.myshopify.com'
       ELSE shop END AS site,
  country,
  CASE WHEN s % 16 = 12 THEN NULL  -- never passed the check of its papers
       WHEN s % 16 = 7 THEN getvariable('starts') + days(whole(s, 'verified', 20, 70)) + whole(s, 'verified time', 0, 86399)
       ELSE getvariable('starts') - days(whole(s, 'verified', 30, 900)) - whole(s, 'verified time', 0, 86399) END AS verified_at,
  CASE WHEN draw(s, 'tier') < 0.50 THEN 'basic' WHEN draw(s, 'tier') < 0.82 THEN 'standard'
       WHEN draw(s, 'tier') < 0.97 THEN 'premium' END AS tier,
  CASE country WHEN 'CN' THEN pick(s, 'zone', ['Asia/Shanghai', 'Asia/Shanghai', 'Asia/Urumqi'])
       WHEN 'RU' THEN pick(s, 'zone', ['Europe/Moscow', 'Asia/Yekaterinburg', 'Asia/Vladivostok'])
       WHEN 'US' THEN pick(s, 'zone', ['America/New_York', 'America/Chicago', 'America/Los_Angeles'])
       WHEN 'HK' THEN 'Asia/Hong_Kong' WHEN 'GB' THEN 'Europe/London' ELSE 'Europe/Berlin' END AS timezone,
  CASE WHEN is_shopify THEN whole(s, 'commission', 20, 29) / 1000.0 ELSE whole(s, 'commission', 80, 220) / 1000.0 END AS commission_rate,
  CASE WHEN q < 0.60 THEN 0.25 + q WHEN q < 0.90 THEN 0.85 + 3 * (q - 0.60) ELSE 2.5 + 30 * (q - 0.90) END AS quality,
  CASE shop WHEN 'ozon.ru' THEN 'RUB' WHEN 'ozon.kz' THEN 'KZT' WHEN 'ozon.com' THEN 'CNY'
       ELSE CASE destination WHEN 'GB' THEN 'GBP' WHEN 'DE' THEN 'EUR' ELSE 'USD' END END AS currency,
  CASE shop WHEN 'ozon.ru' THEN 250000 WHEN 'ozon.kz' THEN 1400000 WHEN 'ozon.com' THEN 20000 ELSE 4200 END
    * (0.4 + 1.8 * draw(s, 'price level')) AS price_level,
  whole(s, 'promise', 2, 5) AS promise_days,
  draw(s, 'api') < 0.7 AS pushes_numbers,
  draw(s, 'sells virtual') < 0.4 AS sells_virtual
FROM placed
ORDER BY s;
