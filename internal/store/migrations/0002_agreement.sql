-- One row for each portal: publications on a portal wait here for each other.
CREATE TABLE agreement_portal (
    portal TEXT NOT NULL PRIMARY KEY
);

CREATE TABLE agreement_edition (
    portal       TEXT   NOT NULL,
    document     TEXT   NOT NULL,
    number       BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    content      TEXT   NOT NULL,
    digest       BYTEA  NOT NULL,
    base         BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    drafted_by   BIGINT NOT NULL,
    drafted_at   BIGINT NOT NULL,
    approved_by  BIGINT NOT NULL,
    approved_at  BIGINT NOT NULL,
    published_by BIGINT NOT NULL,
    posted_at    BIGINT NOT NULL,
    in_force_at  BIGINT NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    PRIMARY KEY (portal, document, number)
);

-- Exactly one edition of a document comes into force at any instant.
CREATE UNIQUE INDEX agreement_edition_in_force ON agreement_edition (portal, document, in_force_at) WHERE state = 'published';

-- At most one draft of a document is open.
CREATE UNIQUE INDEX agreement_edition_open ON agreement_edition (portal, document) WHERE state <> 'published';

-- One acceptance for a person and an edition. The person is a user, or a visitor without an account.
CREATE TABLE agreement_acceptance (
    user_id        BIGINT NOT NULL,
    portal         TEXT   NOT NULL,
    document       TEXT   NOT NULL,
    edition        BIGINT NOT NULL,
    digest         BYTEA  NOT NULL,
    how            TEXT   NOT NULL,
    language       TEXT   NOT NULL,
    address        TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    evidence_id    BIGINT NOT NULL,
    cited_document TEXT   NOT NULL,
    cited_edition  BIGINT NOT NULL,
    cited_clause   TEXT   NOT NULL,
    PRIMARY KEY (user_id, portal, document, edition)
);

CREATE TABLE agreement_refusal (
    user_id        BIGINT NOT NULL,
    portal         TEXT   NOT NULL,
    document       TEXT   NOT NULL,
    edition        BIGINT NOT NULL,
    effect         TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    evidence_id    BIGINT NOT NULL,
    cited_document TEXT   NOT NULL,
    cited_edition  BIGINT NOT NULL,
    cited_clause   TEXT   NOT NULL,
    PRIMARY KEY (user_id, portal, document, edition)
);
