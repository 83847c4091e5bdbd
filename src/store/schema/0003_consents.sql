-- Who agreed to be written to. contact_key is the form under which the variants of a number meet. The history is in the journal.
CREATE TABLE consents (
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  contact_key TEXT NOT NULL,
  recipient TEXT NOT NULL,
  opted_in BIGINT NOT NULL,
  source TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  ip TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, contact_key)
) WITHOUT ROWID;

-- Names that applications know channels by. The id may be one that another system gave.
CREATE TABLE sources (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  channel_id BLOB NOT NULL REFERENCES channels (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;
