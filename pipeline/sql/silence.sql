-- Which feeds have gone quiet against their own habit: SELECT * FROM silence(now()). Of each provider the gaps
-- between its items in the 28 days before its last one are its habit. `silent`: longer without an item than ever
-- in them, and than 3 times what 99 % of gaps stay below; `quiet`: the latter alone. Feeds of fewer than 20 items
-- have no habit yet (`new`). All in seconds.
CREATE OR REPLACE MACRO silence(moment) AS TABLE
WITH heard AS (
    SELECT DISTINCT provider, version_created AS time FROM stories WHERE version_created <= moment
    UNION
    SELECT DISTINCT provider, version_created FROM duplicates WHERE version_created <= moment
),
recent AS (
    SELECT provider, time
    FROM heard
    QUALIFY time > max(time) OVER (PARTITION BY provider) - INTERVAL 28 DAY
),
gaps AS (
    SELECT provider, time, epoch(time - lag(time) OVER (PARTITION BY provider ORDER BY time)) AS gap FROM recent
),
habits AS (
    SELECT
        provider,
        count(*) AS times,
        max(time) AS last_heard,
        quantile_cont(gap, 0.5) AS median_gap,
        quantile_cont(gap, 0.99) AS usual_gap,
        max(gap) AS longest_gap
    FROM gaps
    GROUP BY provider
),
silences AS (SELECT *, epoch(moment - last_heard) AS silent_for FROM habits)
SELECT
    *,
    CASE
        WHEN times < 20 THEN 'new'
        WHEN silent_for > greatest(longest_gap, 3 * usual_gap) THEN 'silent'
        WHEN silent_for > 3 * usual_gap THEN 'quiet'
        ELSE 'heard'
    END AS state
FROM silences;
