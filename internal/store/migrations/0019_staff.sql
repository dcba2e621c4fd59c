-- Powers of the staff: what was proposed, given and taken, by whom and why. The words are sealed.
CREATE TABLE account_grant (
    user_id     BIGINT  NOT NULL,
    grant_id    BIGINT  NOT NULL,
    portal      TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    taken       BOOLEAN NOT NULL,
    state       TEXT    NOT NULL,
    sealed      BYTEA   NOT NULL,
    proposed_by BIGINT  NOT NULL,
    proposed_at BIGINT  NOT NULL,
    decided_by  BIGINT  NOT NULL,
    decided_at  BIGINT  NOT NULL,
    version     BIGINT  NOT NULL,
    PRIMARY KEY (user_id, grant_id)
);
CREATE INDEX account_grant_portal ON account_grant (portal, grant_id);

-- One row a portal, which whoever changes its staff changes first: of two who take the last two
-- operators' powers at once, one waits and finds that only one is left.
CREATE TABLE account_staff (
    portal  TEXT   NOT NULL PRIMARY KEY,
    changes BIGINT NOT NULL
);
