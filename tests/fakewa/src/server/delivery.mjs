// Hands stanzas to devices: device 0 is the phone, the others get them through their queues.
export class Delivery {
  constructor({ journal }) { this.journal = journal; }

  to(account, deviceId, node) {
    if (deviceId === 0) return account.phone.receive(node);
    const device = account.devices.get(deviceId);
    if (!device) return undefined;
    try {
      device.queue.push(node);
    } catch (error) {
      this.journal.append('fault', { error: error.message });
    }
    return undefined;
  }
  toLinked(account, node, except = undefined) {
    for (const device of account.devices.values()) if (device !== except) this.to(account, device.id, { ...node, attrs: { ...node.attrs } });
  }
  /** Nothing is kept for a device that is not there. */
  passing(account, deviceId, node) {
    if (deviceId === 0) return account.phone.receive(node);
    return account.devices.get(deviceId)?.queue.pass(node);
  }
}
