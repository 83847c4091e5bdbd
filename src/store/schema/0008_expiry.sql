-- Not sent from then on: what is still accepted fails.
ALTER TABLE messages ADD COLUMN expires_at BIGINT;
CREATE INDEX messages_expiring ON messages (expires_at, id) WHERE state = 0 AND expires_at IS NOT NULL;
