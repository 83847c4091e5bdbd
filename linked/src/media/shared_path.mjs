import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Fault, badRequest } from '../protocol/errors.mjs';

const PART = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/;

/** The absolute path of a file below the shared directory. Its folder must exist and, links resolved, lie inside. */
export async function sharedPath(sharedDir, relative, field = 'path') {
  if (typeof relative !== 'string' || relative.length > 500 || !relative.split('/').every(part => PART.test(part))) throw badRequest(field);
  const wanted = path.join(sharedDir, relative);
  let root;
  let folder;
  try {
    [root, folder] = await Promise.all([realpath(sharedDir), realpath(path.dirname(wanted))]);
  } catch {
    throw new Fault('not_found', 'no such folder', { field });
  }
  if (folder !== root && !folder.startsWith(root + path.sep)) throw badRequest(field);
  return path.join(folder, path.basename(wanted));
}
