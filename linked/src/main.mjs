import { tell } from './start/silence.mjs';

/** node src/main.mjs --socket PATH, with WHERRY_LINKED_TOKEN in the environment. docs/formats/linked-device.md */
const USAGE = 2;
const WRONG_LIBRARY = 3;

const token = process.env.WHERRY_LINKED_TOKEN ?? '';
delete process.env.WHERRY_LINKED_TOKEN;
const at = process.argv.indexOf('--socket');
const path = at > 0 ? process.argv[at + 1] : undefined;

if (!path || token.length < 32) {
  tell('needs --socket PATH and WHERRY_LINKED_TOKEN of at least 32 characters');
  process.exit(USAGE);
}
process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0)).resume();

try {
  const { loadLibrary, libraryVersion } = await import('./start/library.mjs');
  await loadLibrary();
  const { runSidecar } = await import('./sidecar.mjs');
  process.exitCode = await runSidecar({ path, token, version: libraryVersion() });
} catch (error) {
  tell(error?.message ?? error);
  process.exitCode = error?.constructor?.name === 'UnknownLibrary' ? WRONG_LIBRARY : error?.exitCode ?? 70;
}
process.exit();
