-- The words that the other files are written in. Every draw depends on (seed, purpose, number) and on nothing else, so
-- that a row is the same whatever chunk, thread or order it is made in. Instants are whole seconds since 1970 until the end.

CREATE MACRO draw(n, purpose) AS  -- from 0 up to, not including, 1
  (hash(xor(hash(n::UBIGINT), hash(getvariable('seed')::VARCHAR || ' ' || purpose))) >> 12)::DOUBLE / 4503599627370496.0;

CREATE MACRO whole(n, purpose, low, high) AS  -- low to high, both included
  (low + floor(draw(n, purpose) * (high - low + 1)))::BIGINT;

CREATE MACRO pick(n, purpose, choices) AS choices[whole(n, purpose, 1, len(choices))];

CREATE MACRO instant(seconds) AS make_timestamptz(seconds * 1000000);

-- What the export cannot know yet, it does not say.
CREATE MACRO known(seconds) AS CASE WHEN seconds <= getvariable('ends') THEN seconds END;

CREATE MACRO minutes(n) AS n * 60;
CREATE MACRO hours(n) AS n * 3600;
CREATE MACRO days(n) AS n * 86400;

-- A few stores sell a lot and many a little: the density of the draw falls with its root.
CREATE MACRO store_of(n) AS floor(getvariable('stores') * pow(draw(n, 'store'), 1.6))::BIGINT;

CREATE MACRO lines_of(n) AS CASE WHEN draw(n, 'lines') < 0.75 THEN 1 WHEN draw(n, 'lines') < 0.94 THEN 2 ELSE 3 END;
CREATE MACRO quantity_of(n, line) AS CASE WHEN draw(n * 4 + line, 'quantity') < 0.88 THEN 1 ELSE whole(n * 4 + line, 'how many', 2, 4) END;

-- Prices in minor units: many small ones, few large ones; about one order in two thousand is a free sample.
CREATE MACRO price_of(n, line, price_level) AS CASE WHEN draw(n, 'free') < 0.0005 THEN 0
  ELSE (price_level * (0.15 + 3.2 * pow(draw(n * 4 + line, 'price'), 4)) + 0.5)::BIGINT END;

-- Numbers as the carriers write them. `t` is the number of the track; each form maps different tracks to different numbers.
CREATE MACRO spread(t, digits, factor) AS  -- factor shares no divisor with 10, so this only shuffles the numbers below 10^digits
  lpad(((t * factor + 4815162342) % pow(10, digits)::BIGINT)::VARCHAR, digits, '0');
CREATE MACRO postal_check(d) AS  -- the check digit of UPU S10
  CASE 11 - (8 * d[1]::INT + 6 * d[2]::INT + 4 * d[3]::INT + 2 * d[4]::INT + 3 * d[5]::INT + 5 * d[6]::INT + 9 * d[7]::INT + 7 * d[8]::INT) % 11
    WHEN 10 THEN 0 WHEN 11 THEN 5
    ELSE 11 - (8 * d[1]::INT + 6 * d[2]::INT + 4 * d[3]::INT + 2 * d[4]::INT + 3 * d[5]::INT + 5 * d[6]::INT + 9 * d[7]::INT + 7 * d[8]::INT) % 11
  END::VARCHAR;
CREATE MACRO number_of(t, carrier) AS CASE carrier
  WHEN 'cdek' THEN '1' || spread(t, 9, 382571)
  WHEN 'boxberry' THEN 'BXB' || spread(t, 9, 718283)
  WHEN 'ozon-logistics' THEN spread(t, 10, 577219) || '-0001-1'
  WHEN 'sf-express' THEN 'SF' || spread(t, 13, 662607)
  WHEN 'yto' THEN 'YT' || spread(t, 13, 299793)
  WHEN 'usps' THEN '9400' || spread(t, 18, 141421357)
  WHEN 'ups' THEN '1Z' || spread(t, 16, 173205081)
  WHEN 'fedex' THEN spread(t, 12, 271829)
  WHEN 'dhl' THEN spread(t, 10, 314159)
  WHEN 'china-post' THEN (CASE WHEN t // 100000000 % 2 = 0 THEN 'LZ' ELSE 'LY' END) || spread(t % 100000000, 8, 577217) || postal_check(spread(t % 100000000, 8, 577217)) || 'CN'
  ELSE upper(carrier[1]) || spread(t, 12, 660539)
END;
