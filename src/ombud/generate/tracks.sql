-- How tracks go. A step's `share` is its part of the way between the pick-up and the delivery; null: a label, which nobody has to touch.

CREATE TABLE world_steps AS
SELECT track, row_number() OVER (PARTITION BY track ORDER BY place) - 1 AS step, code, share::DOUBLE AS share, is_abroad
FROM (VALUES
  ('honest', 0, 'label_created', NULL, false), ('honest', 1, 'picked_up', 0, false), ('honest', 2, 'in_transit', 0.4, false),
  ('honest', 3, 'out_for_delivery', 0.93, true), ('honest', 4, 'delivered', 1, true),
  ('abroad', 0, 'label_created', NULL, false), ('abroad', 1, 'picked_up', 0, false),
  ('abroad', 2, 'in_transit', 0.15, false), ('abroad', 3, 'customs', 0.6, true), ('abroad', 4, 'out_for_delivery', 0.95, true),
  ('abroad', 5, 'delivered', 1, true),
  ('late_scan', 0, 'label_created', NULL, false), ('late_scan', 1, 'picked_up', 0, false), ('late_scan', 2, 'in_transit', 0.7, true),
  ('late_scan', 3, 'delivered', 1, true),
  ('scan_at_48h', 0, 'picked_up', 0, false), ('scan_at_48h', 1, 'in_transit', 0.7, true), ('scan_at_48h', 2, 'delivered', 1, true),
  ('early_scan', 0, 'picked_up', 0, false), ('early_scan', 1, 'in_transit', 0.7, true), ('early_scan', 2, 'delivered', 1, true),
  ('second_try', 0, 'label_created', NULL, false), ('second_try', 1, 'picked_up', 0, false), ('second_try', 2, 'in_transit', 0.7, true),
  ('second_try', 3, 'out_for_delivery', 0.85, true), ('second_try', 4, 'failed_attempt', 0.9, true),
  ('second_try', 5, 'out_for_delivery', 0.96, true), ('second_try', 6, 'delivered', 1, true),
  ('returned', 0, 'picked_up', 0, false), ('returned', 1, 'in_transit', 0.7, true), ('returned', 2, 'failed_attempt', 0.9, true),
  ('returned', 3, 'returned', 1, true),
  ('lost', 0, 'label_created', NULL, false), ('lost', 1, 'picked_up', 0, false), ('lost', 2, 'in_transit', 0.15, false), ('lost', 3, 'exception', 0.2, false),
  ('label_only', 0, 'label_created', NULL, false), ('label_only', 1, 'label_created', NULL, false),
  ('backwards', 0, 'picked_up', 0, false), ('backwards', 1, 'out_for_delivery', 0.45, true), ('backwards', 2, 'delivered', 0.5, true),
  ('backwards', 3, 'picked_up', 0.7, true),
  ('too_fast', 0, 'picked_up', 0, false), ('too_fast', 1, 'out_for_delivery', 0.5, true), ('too_fast', 2, 'delivered', 1, true),
  ('odd_address', 0, 'picked_up', 0, false), ('odd_address', 1, 'in_transit', 0.7, true), ('odd_address', 2, 'delivered', 1, true)
) steps(track, place, code, share, is_abroad);

CREATE MACRO cities_of(country) AS CASE country
  WHEN 'CN' THEN ['Shenzhen', 'Yiwu', 'Guangzhou', 'Hangzhou', 'Suifenhe']
  WHEN 'RU' THEN ['Москва', 'Санкт-Петербург', 'Екатеринбург', 'Казань', 'Новосибирск']
  WHEN 'KZ' THEN ['Алматы', 'Астана', 'Шымкент']
  WHEN 'HK' THEN ['Hong Kong'] WHEN 'US' THEN ['Chicago', 'Memphis', 'Los Angeles', 'Newark', 'Dallas']
  WHEN 'GB' THEN ['London', 'Coventry', 'Leeds'] WHEN 'DE' THEN ['Leipzig', 'Köln', 'Hamburg'] END;

CREATE MACRO signers_of(country) AS CASE
  WHEN country IN ('RU', 'KZ') THEN ['Иванова А. С.', 'Петров Д.', 'Ким О. В.', 'Сидоренко М.', 'Ахметов Е.']
  ELSE ['J. Miller', 'A. Schmidt', 'neighbour', 'front desk', 'S. O''Connor'] END;

CREATE MACRO text_of(word, country) AS CASE WHEN country IN ('RU', 'KZ') THEN
  CASE word WHEN 'missing' THEN 'Посылка так и не пришла, хотя срок уже вышел.' WHEN 'wrong' THEN 'Пришёл не тот товар, который я заказывал.'
    WHEN 'sorry' THEN 'Здравствуйте! Приносим извинения, проверяем у перевозчика.' WHEN 'where' THEN 'Подскажите, где мой заказ?'
    ELSE 'Заказ отменён.' END
  ELSE
  CASE word WHEN 'missing' THEN 'My parcel never arrived, and the date has passed.' WHEN 'wrong' THEN 'This is not what I ordered, see the photo.'
    WHEN 'sorry' THEN 'We are sorry, and are asking the carrier where it is.' WHEN 'where' THEN 'Where is my order, please?'
    ELSE 'The order was cancelled.' END END;

-- Who carries: mostly carriers that the market's platform accepts, and now and then one that it does not.
CREATE MACRO carrier_of(n, site, destination, country, quality) AS CASE
  WHEN site LIKE 'ozon.%' THEN CASE
    WHEN draw(n, 'off the list') < 0.007 * quality THEN pick(n, 'carrier', ['sf-express', 'yto', 'china-post', 'dhl'])
    ELSE pick(n, 'carrier', ['cdek', 'cdek', 'ozon-logistics', 'ozon-logistics', 'boxberry']) END
  WHEN country IN ('CN', 'HK') THEN pick(n, 'carrier', ['china-post', 'yanwen', 'sf-express', 'dhl', '4px'])
  WHEN destination = 'US' THEN pick(n, 'carrier', ['usps', 'usps', 'ups', 'fedex', 'dhl'])
  WHEN destination = 'GB' THEN pick(n, 'carrier', ['royal-mail', 'royal-mail', 'dhl', 'evri'])
  ELSE pick(n, 'carrier', ['dhl', 'dhl', 'dpd', 'hermes']) END;

-- Addresses out of a range that belongs to nobody (RFC 2544), a network for each carrier; an odd one lies in another (RFC 5737).
CREATE MACRO address_of(n, carrier) AS CASE carrier
  WHEN 'cdek' THEN '198.18.1.' || whole(n, 'address', 1, 254)
  WHEN 'boxberry' THEN '198.18.2.' || whole(n, 'address', 1, 254)
  WHEN 'ozon-logistics' THEN '198.18.3.' || whole(n, 'address', 1, 254)
  WHEN 'usps' THEN '198.18.4.' || whole(n, 'address', 1, 254)
END;
