import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { decryptor, encryptor } from '../src/media/crypto.mjs';

async function through(stream, bytes, piece = bytes.length || 1) {
  const out = [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) => bytes.subarray(at * piece, (at + 1) * piece));
  await pipeline(Readable.from(pieces), stream, async source => { for await (const chunk of source) out.push(chunk); });
  return Buffer.concat(out);
}

async function sealed(plain) {
  const key = randomBytes(32);
  const { stream, result } = encryptor(key, 'image', 1 << 20);
  const bytes = await through(stream, plain);
  const { sha, enc, size } = result();
  return { bytes, token: { key, kind: 'image', sha, enc }, size };
}

test('What is encrypted is decrypted, however it is cut', async () => {
  for (const size of [0, 1, 15, 16, 17, 1000]) {
    const plain = randomBytes(size);
    const { bytes, token, size: told } = await sealed(plain);
    assert.equal(told, size);
    for (const piece of [1, 7, 16, 5000]) {
      const { stream } = decryptor(token, 1 << 20);
      assert.ok((await through(stream, bytes, piece)).equals(plain));
    }
  }
});

test('A byte changed anywhere, the MAC alone included, is found without the outer hash', async () => {
  const { bytes, token } = await sealed(randomBytes(40));
  for (let at = 0; at < bytes.length; at++) {
    const wrong = Buffer.from(bytes);
    wrong[at] ^= 1;
    await assert.rejects(through(decryptor({ ...token, enc: null }, 1 << 20).stream, wrong), { code: 'media_failed' }, `byte ${at}`);
  }
});

test('A file cut short, even to nothing, is found', async () => {
  const { bytes, token } = await sealed(randomBytes(40));
  for (const size of [0, 9, 10, 16, bytes.length - 1]) {
    await assert.rejects(through(decryptor({ ...token, enc: null }, 1 << 20).stream, bytes.subarray(0, size)), { code: 'media_failed' });
  }
});
