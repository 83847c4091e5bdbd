import { plain } from '../messages/addresses.mjs';

const present = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && !Number.isNaN(value)));

/** The library's group metadata (or changed fields of it) as the protocol's group. */
export function groupView(meta) {
  return present({
    jid: plain(meta.id), subject: meta.subject, description: meta.desc, owner: plain(meta.owner), created_at: meta.creation ? meta.creation * 1000 : undefined,
    announce: meta.announce, locked: meta.restrict, size: meta.size,
    members: meta.participants?.map(one => {
      const lid = one.lid ?? (one.id?.endsWith('@lid') ? one.id : undefined);
      return present({ jid: plain(one.phoneNumber ?? one.id), lid: plain(lid), role: one.admin === 'superadmin' ? 'superadmin' : one.admin ? 'admin' : 'member' });
    }),
  });
}
