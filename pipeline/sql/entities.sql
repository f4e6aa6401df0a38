-- One row for each form in which a story names a person, an organisation or a place. Group by type and name for
-- one row each; join `latest` by item_id for valid versions alone.
CREATE OR REPLACE VIEW entities AS
SELECT
    item_id,
    story_id,
    uri,
    provider,
    version_created,
    language,
    entity.type AS type,
    entity.name AS name,
    entity.text AS text,
    len(entity.mentions) AS mentions,
    entity.confidence AS confidence,
    entity.salience AS salience,
    entity.source AS found_by,
    entity.links AS links
FROM (
    SELECT item_id, story_id, uri, provider, version_created, language, unnest(entities) AS entity
    FROM stories
);
