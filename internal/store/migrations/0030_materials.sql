-- What users publish. Of what was deleted the row stays, without title and text: its author sees when that was.
CREATE TABLE content_material (
    user_id      BIGINT NOT NULL,
    material_id  BIGINT NOT NULL,
    portal       TEXT   NOT NULL,
    section      TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    title        TEXT   NOT NULL, -- readable, as everybody may read it
    text         TEXT   NOT NULL,
    folded       TEXT   NOT NULL, -- title and text, for the search of the staff
    published_at BIGINT NOT NULL,
    edited_at    BIGINT NOT NULL, -- 0: never
    ended_at     BIGINT NOT NULL, -- 0: it stands
    version      BIGINT NOT NULL,
    PRIMARY KEY (user_id, material_id)
);
CREATE INDEX content_material_section ON content_material (portal, section, state, material_id);
CREATE INDEX content_material_portal ON content_material (portal, material_id);

-- What a material said before it was edited or deleted: archive copies, for the staff alone.
CREATE TABLE content_wording (
    user_id     BIGINT NOT NULL,
    material_id BIGINT NOT NULL,
    version     BIGINT NOT NULL, -- of the material that said so
    until_at    BIGINT NOT NULL,
    ended       BIGINT NOT NULL, -- 1: it was deleted then; 0: edited
    sealed      BYTEA  NOT NULL,
    PRIMARY KEY (user_id, material_id, version)
);
