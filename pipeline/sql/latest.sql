-- The valid version of each story: its newest row, unless that was killed or withheld; advisories are
-- notes to editors, and what is under embargo is not seen before its time.
CREATE VIEW latest AS
SELECT *
FROM (
    SELECT *
    FROM stories
    WHERE (embargoed_until IS NULL OR embargoed_until <= now())
      AND coalesce(revision_kind, '') <> 'advisory'
    QUALIFY row_number() OVER (
        PARTITION BY story_id ORDER BY version_created DESC, received_at DESC, item_id DESC
    ) = 1
)
WHERE pub_status = 'usable';
