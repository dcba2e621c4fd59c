-- By which certificate somebody is what they are in an organisation: of two that state the first head the newer one
-- counts. claimed_at has been of no use since: a head takes the other's place with the signature itself.
ALTER TABLE party_organisation_member ADD COLUMN certified_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE party_organisation_member ADD COLUMN beside TEXT NOT NULL DEFAULT '';
