-- One row for each copy and each revision, with the item that it is linked to: the newest with that uri that is
-- not younger. `lag_seconds` is how long after it this one came.
CREATE OR REPLACE VIEW links AS
WITH linked AS (
    SELECT
        'copy' AS link, item_id, uri, story_id, provider, source_format, version_created,
        duplicate_kind AS kind, duplicate_of AS to_uri, similarity, link_reason,
        version_created AS not_after
    FROM duplicates
    UNION ALL
    SELECT
        'revision', item_id, uri, story_id, provider, source_format, version_created,
        revision_kind, revision_of, similarity, link_reason,
        -- Versions may share one uri: none is a revision of itself.
        version_created - CASE WHEN uri = revision_of THEN INTERVAL 1 MICROSECOND ELSE INTERVAL 0 SECOND END
    FROM stories
    WHERE revision_of IS NOT NULL
),
items AS (
    -- Only what something is linked to: few, so that sorting them by time costs little.
    SELECT item_id, uri, story_id, provider, source_format, version_created
    FROM (
        SELECT item_id, uri, story_id, provider, source_format, version_created FROM stories
        UNION ALL
        SELECT item_id, uri, story_id, provider, source_format, version_created FROM duplicates
    )
    WHERE uri IN (SELECT to_uri FROM linked)
)
SELECT
    linked.link,
    linked.kind,
    linked.item_id,
    linked.uri,
    linked.story_id,
    linked.provider,
    linked.source_format,
    linked.version_created,
    linked.to_uri,
    items.item_id AS to_item_id,
    items.provider AS to_provider,
    items.source_format AS to_source_format,
    items.version_created AS to_version_created,
    epoch(linked.version_created - items.version_created) AS lag_seconds,
    linked.similarity,
    linked.link_reason
FROM linked
ASOF LEFT JOIN items
    ON linked.story_id = items.story_id
    AND linked.to_uri = items.uri
    AND linked.not_after >= items.version_created;
