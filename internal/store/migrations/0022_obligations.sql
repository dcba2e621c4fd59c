-- Dated duties. The home of one that concerns a portal as a whole is 0.
CREATE TABLE obligation (
    user_id       BIGINT NOT NULL,
    obligation_id BIGINT NOT NULL,
    portal        TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    from_side     TEXT   NOT NULL,
    to_side       TEXT   NOT NULL,
    document      TEXT   NOT NULL, -- the citation, of the same portal
    edition       BIGINT NOT NULL,
    clause        TEXT   NOT NULL,
    since         BIGINT NOT NULL,
    due_day       TEXT   NOT NULL,
    due_at        BIGINT NOT NULL,
    act_at        BIGINT NOT NULL, -- 0: nothing is done by itself
    state         TEXT   NOT NULL,
    owed          BIGINT NOT NULL, -- 1 while somebody owes it; then its id, so that the next on the subject has room
    ended_at      BIGINT NOT NULL,
    first_due     BIGINT NOT NULL,
    shift_document TEXT  NOT NULL,
    shift_edition BIGINT NOT NULL,
    shift_clause  TEXT   NOT NULL,
    lane          BIGINT NOT NULL,
    next_at       BIGINT NOT NULL, -- 0: keeper does not look at it
    tries         BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (user_id, obligation_id),
    UNIQUE (user_id, portal, kind, subject, owed)
);
CREATE INDEX obligation_next ON obligation (lane, next_at) WHERE next_at > 0;
CREATE INDEX obligation_portal ON obligation (portal, state, due_at, obligation_id);

-- Local: which keeper works off a lane, and until when it may.
CREATE TABLE obligation_lane (
    lane    BIGINT NOT NULL PRIMARY KEY,
    holder  BIGINT NOT NULL,
    held_to BIGINT NOT NULL
);
