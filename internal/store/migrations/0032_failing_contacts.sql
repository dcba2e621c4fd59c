-- When it turned out that nobody is reached at a contact; it holds until the contact is confirmed again.
ALTER TABLE account_contact ADD COLUMN failed_at BIGINT NOT NULL DEFAULT 0;
