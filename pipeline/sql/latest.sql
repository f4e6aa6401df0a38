-- The valid version of each story: its newest row, unless that was killed or withheld. Advisories are notes to
-- editors. What is under embargo is not seen before its time; that a story was killed is seen at once.
CREATE OR REPLACE VIEW latest AS
SELECT *
FROM (
    SELECT *
    FROM stories
    WHERE coalesce(revision_kind, '') <> 'advisory'
      AND (
          embargoed_until IS NULL
          OR embargoed_until <= now()
          OR pub_status <> 'usable'
          OR coalesce(revision_kind, '') = 'kill'
      )
    QUALIFY row_number() OVER (
        -- Versions are no counters everywhere: their numbers order what has one time, no more.
        PARTITION BY story_id
        ORDER BY version_created DESC, TRY_CAST(version AS BIGINT) DESC NULLS LAST, received_at DESC, item_id DESC
    ) = 1
)
WHERE pub_status = 'usable' AND coalesce(revision_kind, '') <> 'kill';
