-- WhatsApp's id of the message that a message of ours quotes.
ALTER TABLE messages ADD COLUMN reply_to TEXT;
