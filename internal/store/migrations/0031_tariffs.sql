-- Reference: the price lists of a portal. What a published one says never changes.
CREATE TABLE billing_price_list (
    portal       TEXT   NOT NULL,
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    content      TEXT   NOT NULL, -- JSON
    digest       TEXT   NOT NULL, -- hexadecimal
    day          TEXT   NOT NULL, -- from which a draft is to hold
    written_by   BIGINT NOT NULL,
    written_at   BIGINT NOT NULL,
    published_by BIGINT NOT NULL,
    posted_at    BIGINT NOT NULL,
    in_force_at  BIGINT NOT NULL,
    withdrawn_by BIGINT NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    told         BIGINT NOT NULL, -- of a withdrawn one: the last user who had been told of it
    version      BIGINT NOT NULL,
    PRIMARY KEY (portal, number)
);
