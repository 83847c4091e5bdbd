import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { applyPatch, patchFor } from './patches.mjs';

/** Module loader hook, on node's loader thread. */
export async function load(url, context, next) {
  const patch = url.startsWith('file:') ? patchFor(url) : undefined;
  if (!patch) return next(url, context);
  return { format: 'module', shortCircuit: true, source: applyPatch(patch, await readFile(fileURLToPath(url))) };
}
