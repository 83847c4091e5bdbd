// Just enough DER to write an X.509 certificate.
const length = (size) => {
  if (size < 128) return Buffer.from([size]);
  const bytes = [];
  for (let left = size; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
};
export const der = (tag, ...parts) => {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([tag]), length(content.length), content]);
};
export const sequence = (...parts) => der(0x30, ...parts);
export const set = (...parts) => der(0x31, ...parts);
export const integer = (bytes) => der(0x02, bytes[0] & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
export const boolean = (value) => der(0x01, [value ? 0xff : 0]);
export const octets = (...parts) => der(0x04, ...parts);
export const bits = (bytes, unused = 0) => der(0x03, [unused], bytes);
export const utf8 = (text) => der(0x0c, Buffer.from(text));
export const utcTime = (date) => der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));
export function oid(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const group = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) group.unshift(0x80 | (left % 128));
    bytes.push(...group);
  }
  return der(0x06, Buffer.from(bytes));
}
