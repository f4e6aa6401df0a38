-- How much came, by the hour (UTC), provider and format. Stories and copies count in the hour of their event
-- time; rejects, which have no provider, in that in which they were received.
CREATE OR REPLACE VIEW volume AS
SELECT
    hour,
    provider,
    source_format,
    count(*) FILTER (WHERE dataset = 'stories') AS stories,
    count(*) FILTER (WHERE dataset = 'duplicates') AS duplicates,
    count(*) FILTER (WHERE dataset = 'rejects') AS rejects,
    count(*) FILTER (WHERE revision_kind = 'update') AS updates,
    count(*) FILTER (WHERE revision_kind = 'correction') AS corrections,
    count(*) FILTER (WHERE revision_kind = 'kill') AS kills,
    sum(word_count) AS words
FROM (
    SELECT
        'stories' AS dataset, date_trunc('hour', version_created) AS hour,
        provider, source_format, revision_kind, word_count
    FROM stories
    UNION ALL
    SELECT
        'duplicates', date_trunc('hour', version_created), provider, source_format, NULL, NULL
    FROM duplicates
    UNION ALL
    SELECT
        'rejects', date_trunc('hour', received_at), NULL, source_format, NULL, NULL
    FROM rejects
)
GROUP BY hour, provider, source_format;
