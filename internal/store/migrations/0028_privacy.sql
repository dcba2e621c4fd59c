-- A purpose for which a person's consent no longer stands. given_again is the entry that ended it, 0: none.
CREATE TABLE privacy_withdrawal (
    user_id     BIGINT NOT NULL,
    purpose     TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    portal      TEXT   NOT NULL,
    entry_id    BIGINT NOT NULL,
    given_again BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose, at)
);
CREATE UNIQUE INDEX privacy_withdrawal_stands ON privacy_withdrawal (user_id, purpose) WHERE given_again = 0;

-- To whom outside a person's data were given, and on what ground.
CREATE TABLE privacy_disclosure (
    user_id       BIGINT NOT NULL,
    disclosure_id BIGINT NOT NULL,
    portal        TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    recipient     TEXT   NOT NULL,
    ground        TEXT   NOT NULL,
    document      TEXT   NOT NULL, -- the citation, of the same portal
    edition       BIGINT NOT NULL,
    clause        TEXT   NOT NULL,
    sealed        BYTEA  NOT NULL,
    silent_until  BIGINT NOT NULL, -- 0: the person sees it at once
    proposed_by   BIGINT NOT NULL,
    proposed_at   BIGINT NOT NULL,
    decided_by    BIGINT NOT NULL,
    decided_at    BIGINT NOT NULL,
    made_at       BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (user_id, disclosure_id)
);
CREATE INDEX privacy_disclosure_portal ON privacy_disclosure (portal, disclosure_id);

-- A copy of everything held on a person, being made or ready to be fetched.
CREATE TABLE privacy_copy (
    user_id     BIGINT NOT NULL,
    copy_id     BIGINT NOT NULL,
    portal      TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    language    TEXT   NOT NULL,
    asked_at    BIGINT NOT NULL,
    taken_until BIGINT NOT NULL, -- by the process that makes it
    done        BIGINT NOT NULL,
    steps       BIGINT NOT NULL,
    size        BIGINT NOT NULL,
    ready_at    BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (user_id, copy_id)
);
CREATE UNIQUE INDEX privacy_copy_one ON privacy_copy (user_id) WHERE state <> 'ended';
CREATE INDEX privacy_copy_state ON privacy_copy (state, taken_until);

CREATE TABLE privacy_copy_part (
    user_id BIGINT NOT NULL,
    copy_id BIGINT NOT NULL,
    part    BIGINT NOT NULL,
    sealed  BYTEA  NOT NULL,
    PRIMARY KEY (user_id, copy_id, part)
);

-- That the data of somebody whose page was deleted are gone; the id opens to nothing any more.
CREATE TABLE privacy_erasure (
    user_id    BIGINT NOT NULL PRIMARY KEY,
    portal     TEXT   NOT NULL,
    deleted_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    erased_at  BIGINT NOT NULL,
    tables     BIGINT NOT NULL,
    gone       BIGINT NOT NULL,
    entries    BIGINT NOT NULL,
    document   TEXT   NOT NULL, -- the citation, of the same portal
    edition    BIGINT NOT NULL,
    clause     TEXT   NOT NULL,
    entry_id   BIGINT NOT NULL
);
CREATE INDEX privacy_erasure_portal ON privacy_erasure (portal, user_id);

CREATE INDEX account_user_left ON account_user (portal, left_at, user_id) WHERE left_at > 0;
