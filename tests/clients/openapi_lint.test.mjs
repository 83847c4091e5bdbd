// The OpenAPI pages, seen by a linter that knows nothing of Wherry.
import assert from 'node:assert';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, '../../docs/openapi');
const environment = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

for (const page of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
  test(`${page} has no error and no warning`, async () => {
    const redocly = path.join(here, 'node_modules/@redocly/cli/bin/cli.js');
    const lint = [redocly, 'lint', '--config', path.join(here, 'redocly.yaml'), '--format=json', '--max-problems=50', path.join(folder, page)];
    const { stdout } = await promisify(execFile)(process.execPath, lint, { env: environment }).catch((failed) => failed);
    const found = JSON.parse(stdout.slice(stdout.indexOf('{'), stdout.lastIndexOf('}') + 1));
    const problems = found.problems.map((one) => `${one.ruleId}: ${one.message} (${one.location[0]?.pointer})`);
    assert.deepEqual(problems, []);
  });
}
