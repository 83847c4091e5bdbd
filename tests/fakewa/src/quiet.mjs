// libsignal prints sessions, private keys included, through console.*; nothing here may reach a terminal that way.
// Import this before anything that imports baileys or libsignal.
for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table']) console[method] = () => {};

const nothing = () => {};
/** A logger with pino's shape that drops everything. */
export const silentLogger = { level: 'silent', child: () => silentLogger, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing, fatal: nothing };
