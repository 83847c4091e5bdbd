-- WhatsApp's id of the message that is answered or reacted to.
ALTER TABLE inbound_messages ADD COLUMN reply_to TEXT;

-- edition: of a format that has several. header_*: one of the tenant's own, sent along with every call.
ALTER TABLE subscriptions ADD COLUMN edition BIGINT NOT NULL DEFAULT 1;
ALTER TABLE subscriptions ADD COLUMN header_name TEXT NOT NULL DEFAULT '';
ALTER TABLE subscriptions ADD COLUMN header_value BLOB;
