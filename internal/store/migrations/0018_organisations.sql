-- Organisations, who acts for them, and what was done for them. The number is sealed: a sole trader's is
-- the person's own. The version is what acts on one organisation wait for each other by.
CREATE TABLE party_organisation (
    org_id     BIGINT NOT NULL PRIMARY KEY,
    portal     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

-- Look-up: a mark of the number to the organisation.
CREATE TABLE party_organisation_number (
    portal TEXT   NOT NULL,
    mark   BYTEA  NOT NULL,
    org_id BIGINT NOT NULL,
    PRIMARY KEY (portal, mark)
);

CREATE TABLE party_organisation_member (
    org_id     BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    member_id  BIGINT NOT NULL,
    role       TEXT   NOT NULL,
    claimed_at BIGINT NOT NULL,
    began_at   BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    basis      TEXT   NOT NULL,
    PRIMARY KEY (org_id, user_id, member_id)
);
CREATE INDEX party_organisation_member_user ON party_organisation_member (user_id);
CREATE UNIQUE INDEX party_organisation_member_one ON party_organisation_member (org_id, user_id) WHERE ended_at = 0;
CREATE UNIQUE INDEX party_organisation_member_head ON party_organisation_member (org_id) WHERE ended_at = 0 AND role = 'head';

-- Which entries of evidence are of acts for an organisation.
CREATE TABLE party_organisation_act (
    org_id   BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    user_id  BIGINT NOT NULL,
    act      TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org_id, entry_id)
);

CREATE TABLE party_invitation (
    org_id        BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL,
    portal        TEXT   NOT NULL,
    by_id         BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    role          TEXT   NOT NULL,
    until         BIGINT NOT NULL,
    state         TEXT   NOT NULL,
    sealed        BYTEA  NOT NULL,
    sent          BIGINT NOT NULL,
    made_at       BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    settled_at    BIGINT NOT NULL,
    PRIMARY KEY (org_id, invitation_id)
);

-- Look-up: a one-time link, known by the hash of its token, to what it opens.
CREATE TABLE party_link (
    token_hash BYTEA  NOT NULL PRIMARY KEY,
    portal     TEXT   NOT NULL,
    purpose    TEXT   NOT NULL,
    home_id    BIGINT NOT NULL,
    subject_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX party_link_subject ON party_link (subject_id);

-- Trusted representatives of a user, and the paper that gives each the power.
CREATE TABLE party_representative (
    user_id           BIGINT NOT NULL,
    representative_id BIGINT NOT NULL,
    portal            TEXT   NOT NULL,
    state             TEXT   NOT NULL,
    kinds             TEXT   NOT NULL,
    until             BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    sent              BIGINT NOT NULL,
    made_at           BIGINT NOT NULL,
    confirmed_at      BIGINT NOT NULL,
    ended_at          BIGINT NOT NULL,
    PRIMARY KEY (user_id, representative_id)
);
CREATE TABLE party_representative_paper (
    user_id           BIGINT NOT NULL,
    representative_id BIGINT NOT NULL,
    sealed            BYTEA  NOT NULL,
    PRIMARY KEY (user_id, representative_id)
);

-- For whom is acted in a session; 0: for the person who signed in.
ALTER TABLE account_session ADD COLUMN behalf_id BIGINT NOT NULL DEFAULT 0;
