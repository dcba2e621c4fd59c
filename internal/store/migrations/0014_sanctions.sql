-- Measures against a user, or against the number of somebody who is none: the home is then an id of
-- nobody. What was written in words is sealed.
CREATE TABLE account_sanction (
    user_id     BIGINT NOT NULL,
    sanction_id BIGINT NOT NULL,
    portal      TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    service     TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    document    TEXT   NOT NULL, -- the citation, of the same portal
    edition     BIGINT NOT NULL,
    clause      TEXT   NOT NULL,
    reason      TEXT   NOT NULL,
    section     TEXT   NOT NULL,
    check_id    BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_at BIGINT NOT NULL,
    decided_by  BIGINT NOT NULL,
    decided_at  BIGINT NOT NULL,
    in_force_at BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL, -- 0: without a term
    ended_by    BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    appeal_id   BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    version     BIGINT NOT NULL,
    PRIMARY KEY (user_id, sanction_id)
);
CREATE INDEX account_sanction_portal ON account_sanction (portal, sanction_id);
CREATE INDEX account_sanction_due ON account_sanction (state, action, in_force_at);

-- How often sanctions of a user were decided or ended: of two who decide at once, one finds it moved.
CREATE TABLE account_standing (
    user_id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);

-- Look-up: a number under which nobody may register while the sanction is in force.
CREATE TABLE account_refused_number (
    portal      TEXT   NOT NULL,
    mark        BYTEA  NOT NULL,
    user_id     BIGINT NOT NULL,
    sanction_id BIGINT NOT NULL,
    in_force_at BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    PRIMARY KEY (portal, mark, user_id, sanction_id)
);
CREATE INDEX account_refused_number_user ON account_refused_number (user_id, sanction_id);

-- Verifications of what is known of a user, asked of the person or of a register.
CREATE TABLE account_check (
    user_id   BIGINT NOT NULL,
    check_id  BIGINT NOT NULL,
    portal    TEXT   NOT NULL,
    kind      TEXT   NOT NULL,
    fields    TEXT   NOT NULL,
    papers    BOOLEAN NOT NULL,
    document  TEXT   NOT NULL,
    edition   BIGINT NOT NULL,
    clause    TEXT   NOT NULL,
    opened_by BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    due_at    BIGINT NOT NULL,
    given_at  BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    outcome   TEXT   NOT NULL,
    ended_by  BIGINT NOT NULL,
    ended_at  BIGINT NOT NULL,
    sealed    BYTEA  NOT NULL,
    version   BIGINT NOT NULL,
    PRIMARY KEY (user_id, check_id)
);
CREATE INDEX account_check_portal ON account_check (portal, check_id);

-- Documents that people showed.
CREATE TABLE account_paper (
    user_id  BIGINT NOT NULL,
    check_id BIGINT NOT NULL,
    paper_id BIGINT NOT NULL,
    kind     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    name     BYTEA  NOT NULL, -- sealed, as is the body
    body     BYTEA  NOT NULL,
    PRIMARY KEY (user_id, check_id, paper_id)
);
