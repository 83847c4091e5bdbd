-- Keys expire, have scopes and several limits (REQUESTS/SECONDS, comma between), and can be replaced.
ALTER TABLE api_keys ADD COLUMN scopes BIGINT NOT NULL DEFAULT 0; -- bits: 1 send, 2 read, 4 manage; 0 is all
ALTER TABLE api_keys ADD COLUMN limits TEXT NOT NULL DEFAULT '';
UPDATE api_keys SET limits = CAST(rate_limit AS TEXT) || '/' || CAST(rate_window_s AS TEXT) WHERE rate_limit > 0;
ALTER TABLE api_keys DROP COLUMN rate_limit;
ALTER TABLE api_keys DROP COLUMN rate_window_s;
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT;
ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT;
ALTER TABLE api_keys ADD COLUMN replaced_by BLOB;

-- The limits of all keys of a tenant together, where they are not the style's own. Empty text: unlimited.
CREATE TABLE tenant_limits (
  tenant_id BLOB NOT NULL REFERENCES tenants (id),
  style TEXT NOT NULL,
  limits TEXT NOT NULL,
  PRIMARY KEY (tenant_id, style)
) WITHOUT ROWID;
