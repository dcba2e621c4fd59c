-- The sentence a message was written with: 0 is the one that ships, others the operator's; and the campaign it
-- belongs to, 0 for none. The text of a campaign stands once with the campaign, not with each message.
ALTER TABLE notify_message ADD COLUMN template BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notify_message ADD COLUMN campaign_id BIGINT NOT NULL DEFAULT 0;

-- What a person finds in their cabinet.
CREATE TABLE notify_notice (
    user_id     BIGINT NOT NULL,
    notice_id   BIGINT NOT NULL,
    portal      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    key         TEXT   NOT NULL,
    template    BIGINT NOT NULL,
    campaign_id BIGINT NOT NULL,
    sealed      BYTEA  NOT NULL,
    document    TEXT   NOT NULL,
    edition     BIGINT NOT NULL,
    clause      TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    read_at     BIGINT NOT NULL,
    archived_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, notice_id)
);
-- Who has signed in is told how many are unread; those read need not be looked through for it.
CREATE INDEX notify_notice_unread ON notify_notice (user_id) WHERE read_at = 0 AND archived_at = 0;

-- By which channels a person wants notices of a kind, where they chose.
CREATE TABLE notify_preference (
    user_id BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    wanted  BOOLEAN NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (user_id, kind, channel)
);

-- Whether a person agreed to news and adverts by a channel. One that was withdrawn stays: nothing that
-- happens by itself gives it again.
CREATE TABLE notify_consent (
    user_id BIGINT  NOT NULL,
    kind    TEXT    NOT NULL,
    channel TEXT    NOT NULL,
    given   BOOLEAN NOT NULL,
    how     TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (user_id, kind, channel)
);

-- The operator's own wording of a message, in all languages of the portal.
CREATE TABLE notify_template (
    portal     TEXT   NOT NULL,
    key        TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    texts      TEXT   NOT NULL,
    written_by BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (portal, key, version)
);

-- A letter to many. Whoever has an id above cursor_id has not been reached yet.
CREATE TABLE notify_campaign (
    campaign_id BIGINT NOT NULL PRIMARY KEY,
    portal      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    segment     TEXT   NOT NULL,
    channels    TEXT   NOT NULL,
    letters     TEXT   NOT NULL,
    texts       TEXT   NOT NULL,
    written_by  BIGINT NOT NULL,
    written_at  BIGINT NOT NULL,
    decided_by  BIGINT NOT NULL,
    decided_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    people      BIGINT NOT NULL,
    cursor_id   BIGINT NOT NULL,
    seen        BIGINT NOT NULL,
    sent        BIGINT NOT NULL,
    unwilling   BIGINT NOT NULL,
    unreachable BIGINT NOT NULL,
    bad         BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX notify_campaign_portal ON notify_campaign (portal, campaign_id);
CREATE INDEX notify_campaign_state ON notify_campaign (state);
-- A campaign goes through the users of a portal in the order of their ids.
CREATE INDEX account_user_portal ON account_user (portal, user_id);
