-- What the page asks of a dataset: each question has a name, and its answer is counts, never items.

-- name: items
-- The columns that most questions need, read once.
CREATE TEMP TABLE items AS
SELECT
    'story' AS kind, provider, source_format, language, version_created AS time,
    pub_status, revision_kind, warnings, dateline.places[1] AS place
FROM stories
UNION ALL
SELECT
    duplicate_kind, provider, source_format, language, version_created,
    pub_status, revision_kind, warnings, NULL
FROM duplicates;

-- name: span
SELECT min(time) AS first, max(time) AS last, count(DISTINCT provider) AS providers,
    count(*) FILTER (WHERE kind = 'story') AS stories, count(*) FILTER (WHERE kind <> 'story') AS duplicates,
    (SELECT count(*) FROM rejects) AS rejects
FROM items;

-- name: leading
SELECT provider FROM items GROUP BY provider ORDER BY count(*) DESC, provider LIMIT 6;

-- name: volume
SELECT
    date_trunc($step, time) AS time,
    CASE WHEN list_contains($leading, provider) THEN provider ELSE 'others' END AS provider,
    count(*) AS items
FROM items GROUP BY ALL ORDER BY 1, 2;

-- name: hours
SELECT provider, hour(time) AS hour, count(*) AS items
FROM items
WHERE provider IN (SELECT provider FROM items GROUP BY provider ORDER BY count(*) DESC, provider LIMIT 12)
GROUP BY ALL ORDER BY provider, hour;

-- name: providers
SELECT
    provider,
    count(*) AS items,
    count(*) FILTER (WHERE kind = 'story') AS stories,
    count(*) FILTER (WHERE kind = 'exact') AS exact_copies,
    count(*) FILTER (WHERE kind = 'near') AS near_copies,
    count(*) FILTER (WHERE kind = 'story' AND revision_kind = 'update') AS updates,
    count(*) FILTER (WHERE kind = 'story' AND revision_kind = 'correction') AS corrections,
    count(*) FILTER (WHERE kind = 'story' AND (revision_kind = 'kill' OR pub_status = 'canceled')) AS kills,
    min(time) AS first,
    max(time) AS last
FROM items GROUP BY provider ORDER BY items DESC, provider LIMIT 50;

-- name: silence
SELECT provider, state, last_heard, silent_for, usual_gap, longest_gap, times
FROM silence($moment)
ORDER BY list_position(['silent', 'quiet', 'heard', 'new'], state), silent_for / greatest(usual_gap, 1) DESC, provider
LIMIT 50;

-- name: formats
SELECT source_format AS format, count(*) AS items, count(DISTINCT provider) AS providers
FROM items GROUP BY ALL ORDER BY items DESC, format LIMIT 30;

-- name: languages
SELECT coalesce(language, 'not known') AS language, count(*) AS items
FROM items GROUP BY ALL ORDER BY items DESC, language LIMIT 20;

-- name: rejects
SELECT code, stage, count(*) AS rejects, min(received_at) AS first, max(received_at) AS last
FROM rejects GROUP BY ALL ORDER BY rejects DESC, code, stage LIMIT 30;

-- name: reject_examples
SELECT code, message, source, size, beginning
FROM (
    SELECT code, message, source, octet_length(raw) AS size,
        hex(array_slice(raw, 1, 120)) AS beginning,
        row_number() OVER (PARTITION BY code ORDER BY received_at DESC, reject_id) AS place
    FROM (
        -- The newest of each code by their ids first: bytes of the others are never read.
        SELECT code, message, source, raw, received_at, reject_id
        FROM rejects
        WHERE reject_id IN (
            SELECT unnest(max_by(reject_id, (received_at, reject_id), 3)) FROM rejects GROUP BY code
        )
    )
)
ORDER BY code, place;

-- name: links
SELECT
    link, provider, to_provider,
    (lag_seconds > 60)::INT + (lag_seconds > 600)::INT + (lag_seconds > 3600)::INT
    + (lag_seconds > 21600)::INT + (lag_seconds > 86400)::INT + (lag_seconds > 259200)::INT AS bucket,
    count(*) AS items,
    median(lag_seconds) AS median_lag
FROM links WHERE lag_seconds >= 0
GROUP BY GROUPING SETS ((link, bucket), (link, provider, to_provider))
HAVING bucket IS NOT NULL OR (link = 'copy' AND provider <> to_provider)
ORDER BY link, bucket, items DESC, to_provider, provider;

-- name: places
SELECT place.name AS name, place.country AS country,
    any_value(place.latitude) AS latitude, any_value(place.longitude) AS longitude, count(*) AS stories
FROM items WHERE place.latitude IS NOT NULL AND place.longitude IS NOT NULL
GROUP BY ALL ORDER BY stories DESC, name, country LIMIT 400;

-- name: countries
SELECT place.country AS country, count(*) AS stories, count(DISTINCT place.name) AS places
FROM items WHERE place.country IS NOT NULL GROUP BY ALL ORDER BY stories DESC, country LIMIT 25;

-- name: entities
SELECT entity[1:kind_length] AS type, entity[kind_length + 2:] AS name, stories
FROM (
    SELECT entity, instr(entity, ' ') - 1 AS kind_length, count(*) AS stories
    FROM (
        -- A story that names somebody in several forms counts once. Text is told apart quicker than structs.
        SELECT unnest(list_distinct([e.type || ' ' || e.name for e in entities if e.type in ('PERSON', 'ORG', 'GPE')]))
            AS entity
        FROM stories
    )
    GROUP BY entity
)
QUALIFY row_number() OVER (PARTITION BY type ORDER BY stories DESC, name) <= 15
ORDER BY type, stories DESC, name;

-- name: topics
SELECT topic AS topic, count(*) AS stories
FROM (SELECT unnest(list_distinct([t.name for t in topics])) AS topic FROM stories)
GROUP BY ALL ORDER BY stories DESC, topic LIMIT 20;

-- name: warnings
SELECT warning, count(*) AS items, count(DISTINCT provider) AS providers, mode(provider) AS mostly
FROM (SELECT provider, unnest(warnings) AS warning FROM items)
GROUP BY ALL ORDER BY items DESC, warning LIMIT 30;
