-- By which channels a person asked for service messages. A row is there while the subscription is.
CREATE TABLE account_subscription (
    user_id BIGINT NOT NULL,
    channel TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, channel)
);
