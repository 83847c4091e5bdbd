ALTER TABLE api_keys ADD COLUMN webhook_id BLOB; -- the subscription that belongs to the key

-- How an application knows the number, and whether WhatsApp was told by us to send us its events.
ALTER TABLE channels ADD COLUMN agent_id BLOB;
ALTER TABLE channels ADD COLUMN subscribed BIGINT NOT NULL DEFAULT 0;

-- What the application sent along with a message, to get it back with what follows.
ALTER TABLE messages ADD COLUMN client_data TEXT;
CREATE INDEX messages_with_data ON messages (conversation_id, id) WHERE client_data IS NOT NULL;

-- The messages of a tenant in order. Ids are time-ordered: each tenant appends at one place.
CREATE INDEX messages_of_tenant ON messages (tenant_id, id);
CREATE INDEX inbound_of_tenant ON inbound_messages (tenant_id, id);
