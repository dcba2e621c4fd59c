CREATE TABLE privacy_consent (
    user_id      BIGINT NOT NULL,
    consent_id   BIGINT NOT NULL,
    portal       TEXT   NOT NULL,
    purposes     TEXT   NOT NULL,
    detail       TEXT   NOT NULL,
    given_at     BIGINT NOT NULL,
    withdrawn_at BIGINT NOT NULL,
    evidence_id  BIGINT NOT NULL,
    PRIMARY KEY (user_id, consent_id)
);
