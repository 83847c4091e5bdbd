-- Ids are 16 bytes that begin with the time of creation, so that new rows go to the end of their index.
-- Times are Unix milliseconds. Tables are their own primary index (WITHOUT ROWID): one tree to write instead of two.

CREATE TABLE tenants (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_keys (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  style TEXT NOT NULL,
  prefix TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,
  label TEXT NOT NULL,
  rate_limit BIGINT NOT NULL,
  rate_window_s BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
) WITHOUT ROWID;
CREATE INDEX api_keys_by_prefix ON api_keys (prefix);

CREATE TABLE channels (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  phone_number_id TEXT NOT NULL,
  waba_id TEXT NOT NULL,
  display_number TEXT NOT NULL,
  access_token BLOB NOT NULL,
  app_secret BLOB NOT NULL,
  previous_app_secret BLOB,
  verify_token BLOB NOT NULL,
  graph_url TEXT NOT NULL,
  graph_version TEXT NOT NULL,
  messages_per_second BIGINT NOT NULL,
  pair_limit BIGINT NOT NULL,
  uncertain_policy BIGINT NOT NULL, -- 0 fail, 1 resend
  uncertain_after_s BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  removed_at BIGINT
) WITHOUT ROWID;
CREATE UNIQUE INDEX channels_by_number ON channels (phone_number_id) WHERE removed_at IS NULL;

-- contact_key is the form under which the variants of a number meet; NULL for somebody known by BSUID alone. The unique indexes
-- are whole, not partial: a partial one is not used for a parameter that might be outside it.
CREATE TABLE contacts (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  contact_key TEXT,
  wa_id TEXT,
  bsuid TEXT,
  parent_bsuid TEXT,
  profile_name TEXT,
  username TEXT,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX contacts_by_key ON contacts (contact_key, tenant_id);
CREATE UNIQUE INDEX contacts_by_bsuid ON contacts (bsuid, tenant_id);

-- superseded = 1: a conversation of a contact that turned out to be another one; it can still be written to.
CREATE TABLE conversations (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  contact_id BLOB NOT NULL REFERENCES contacts (id),
  last_inbound_at BIGINT,
  superseded BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX conversations_by_contact ON conversations (channel_id, contact_id) WHERE superseded = 0;
CREATE INDEX conversations_of_contact ON conversations (contact_id);
CREATE INDEX conversations_of_tenant ON conversations (tenant_id, id);

-- state is the number of domain/message_state.h: 0 accepted, 1 sending, 2 sent, 3 delivered, 4 read, 5 played, 6 failed, 7 uncertain,
-- 8 cancelled. What is accepted stands in line, by place, or is scheduled: then it has no place until it is due.
CREATE TABLE messages (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  conversation_id BLOB NOT NULL,
  content TEXT NOT NULL,
  state BIGINT NOT NULL,
  wamid TEXT,
  error TEXT,
  attempts BIGINT NOT NULL,
  resends BIGINT NOT NULL DEFAULT 0,
  priority BIGINT NOT NULL DEFAULT 0, -- 0 interactive, 1 bulk
  send_at BIGINT,
  place BIGINT,
  next_attempt_at BIGINT,
  window_check BIGINT NOT NULL DEFAULT 0, -- 0 by us, 1 by WhatsApp
  give_up_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
-- The last columns are there so that the index alone answers: state too, which SQLite looks up although the index says it.
CREATE INDEX messages_in_line ON messages (channel_id, priority, place, id, conversation_id, state) WHERE state = 0 AND place IS NOT NULL;
CREATE INDEX messages_of_lane ON messages (conversation_id, place, id) WHERE state = 0 AND place IS NOT NULL;
CREATE INDEX messages_due ON messages (next_attempt_at, id, place, state) WHERE state = 0 AND next_attempt_at IS NOT NULL;
CREATE INDEX messages_sending ON messages (id, state) WHERE state = 1;
CREATE INDEX messages_uncertain ON messages (id) WHERE state = 7;
CREATE INDEX messages_by_wamid ON messages (wamid) WHERE wamid IS NOT NULL;

-- Written together with the message they stand for. status and body are the answer; NULL while it is not known. Rows live 24 hours.
CREATE TABLE idempotency_keys (
  tenant_id BLOB NOT NULL,
  route TEXT NOT NULL,
  idempotency_key TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  message_id BLOB NOT NULL,
  status BIGINT,
  body TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, route, idempotency_key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE inbound_messages (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  conversation_id BLOB NOT NULL,
  wamid TEXT NOT NULL,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  media_id BLOB,
  raw TEXT NOT NULL,
  at BIGINT NOT NULL,
  received_at BIGINT NOT NULL
) WITHOUT ROWID;

-- What has been stored in the last 8 days, by a 16-byte digest; rows older than that are forgotten.
CREATE TABLE seen_events (
  digest BLOB PRIMARY KEY NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX seen_events_by_age ON seen_events (at);

CREATE TABLE pending_fetches (
  media_id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  channel_id BLOB NOT NULL,
  message_id BLOB NOT NULL,
  remote_id TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  file_name TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX pending_fetches_due ON pending_fetches (next_attempt_at);

CREATE TABLE media (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  size BIGINT NOT NULL,
  mime_type TEXT NOT NULL,
  file_name TEXT NOT NULL,
  available BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX media_by_content ON media (sha256);
CREATE INDEX media_by_expiry ON media (expires_at);

CREATE TABLE remote_media (
  channel_id BLOB NOT NULL,
  sha256 BLOB NOT NULL,
  mime_type TEXT NOT NULL,
  remote_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (channel_id, sha256, mime_type)
) WITHOUT ROWID;

-- Numbered per tenant, from 1 and without gaps. Retention keeps the newest event of each tenant, so that no number comes twice.
-- at is WhatsApp's time where it gave one, recorded_at is ours.
CREATE TABLE journal (
  tenant_id BLOB NOT NULL,
  sequence BIGINT NOT NULL,
  kind TEXT NOT NULL,
  channel_id BLOB,
  conversation_id BLOB,
  subject BLOB,
  at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
) WITHOUT ROWID;
-- The history of one message. Messages' ids are time-ordered, so what is new goes to the end of this index or near it.
CREATE INDEX journal_by_subject ON journal (subject) WHERE subject IS NOT NULL;

-- How many events retention has deleted, so that the books still balance.
CREATE TABLE journal_dropped (
  tenant_id BLOB NOT NULL,
  kind TEXT NOT NULL,
  rows BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind)
) WITHOUT ROWID;

-- Webhook endpoints. Every event up to cursor_at is acknowledged, or stands in deliveries, or is not for the subscription.
CREATE TABLE subscriptions (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  channel_id BLOB,
  format TEXT NOT NULL,
  url TEXT NOT NULL,
  secret BLOB NOT NULL,
  previous_secret BLOB,
  signing_seed BLOB,
  kinds TEXT NOT NULL,
  disabled_reason TEXT NOT NULL,
  failing_since BIGINT,
  first_sequence BIGINT NOT NULL,
  cursor_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  removed_at BIGINT
) WITHOUT ROWID;

-- Events that did not arrive at the first try. state: 0 to be tried (again), 1 dead.
CREATE TABLE deliveries (
  subscription_id BLOB NOT NULL,
  sequence BIGINT NOT NULL,
  state BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  next_attempt_at BIGINT,
  PRIMARY KEY (subscription_id, sequence)
) WITHOUT ROWID;

-- Every try. status 0: no answer came.
CREATE TABLE webhook_attempts (
  subscription_id BLOB NOT NULL,
  sequence BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  at BIGINT NOT NULL,
  took_ms BIGINT NOT NULL,
  status BIGINT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (subscription_id, sequence, attempt)
) WITHOUT ROWID;

-- Customers' messages that wait for the next Pipes socket of their tenant.
CREATE TABLE offline_queue (
  tenant_id BLOB NOT NULL,
  sequence BIGINT NOT NULL,
  contact_id BLOB NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
) WITHOUT ROWID;
CREATE INDEX offline_queue_by_time ON offline_queue (tenant_id, at);
CREATE INDEX offline_queue_of_contact ON offline_queue (tenant_id, contact_id, at);

-- Up to here a tenant's messages were handed to its sockets, queued, or were not for sockets.
CREATE TABLE live_cursors (
  tenant_id BLOB PRIMARY KEY NOT NULL,
  cursor_at BIGINT NOT NULL
) WITHOUT ROWID;
