-- One row for each place where a name stands. `start` and `end` count code points of the field, from 0; `words`
-- is what stands there.
CREATE OR REPLACE VIEW mentions AS
SELECT
    item_id,
    story_id,
    uri,
    provider,
    version_created,
    type,
    name,
    mention.field AS field,
    mention.start AS start,
    mention.end AS "end",
    substring(
        CASE mention.field WHEN 'headline' THEN headline ELSE body_text END,
        mention.start + 1,
        mention.end - mention.start
    ) AS words
FROM (
    SELECT
        item_id, story_id, uri, provider, version_created, headline, body_text,
        entity.type AS type, entity.name AS name, unnest(entity.mentions) AS mention
    FROM (
        SELECT
            item_id, story_id, uri, provider, version_created, headline, body_text,
            unnest(entities) AS entity
        FROM stories
    )
);
