-- What the operator tells everybody on the first page. No row belongs to a person.
CREATE TABLE operations_announcement (
    announcement_id BIGINT NOT NULL PRIMARY KEY,
    portal          TEXT   NOT NULL,
    kind            TEXT   NOT NULL,
    from_at         BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    posted_by       BIGINT NOT NULL,
    posted_at       BIGINT NOT NULL,
    withdrawn_by    BIGINT NOT NULL,
    withdrawn_at    BIGINT NOT NULL
);
CREATE INDEX operations_announcement_portal ON operations_announcement (portal, announcement_id);
CREATE INDEX operations_announcement_shown ON operations_announcement (portal, until_at);

CREATE TABLE operations_announcement_text (
    announcement_id BIGINT NOT NULL,
    language        TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    body            TEXT   NOT NULL,
    PRIMARY KEY (announcement_id, language)
);
