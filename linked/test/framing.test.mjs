import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadFrame, FrameReader, MAX_LINE, encodeFrame } from '../src/protocol/framing.mjs';

const all = (reader, ...chunks) => chunks.flatMap(chunk => [...reader.push(Buffer.from(chunk))]);

test('Frames come out whole however the bytes are cut', () => {
  const blob = Buffer.from('a\nb\u0000c');
  const bytes = Buffer.concat([...encodeFrame({ id: 1, text: 'zwölf\n' }), ...encodeFrame({ id: 2 }, blob), ...encodeFrame({ id: 3 })]);
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new FrameReader();
    const got = [];
    for (let at = 0; at < bytes.length; at += size) got.push(...reader.push(bytes.subarray(at, at + size)));
    assert.deepEqual(got.map(one => one.frame.id), [1, 2, 3], `pieces of ${size}`);
    assert.equal(got[0].frame.text, 'zwölf\n');
    assert.ok(got[1].blob.equals(blob));
    assert.equal(got[2].blob, null);
  }
});

for (const [name, bytes] of [
  ['no JSON', 'hello\n'], ['an array', '[1]\n'], ['null', 'null\n'], ['an endless line', 'x'.repeat(MAX_LINE + 1)], ['a long line', `${'x'.repeat(MAX_LINE)}\n`], ['a blob too large', '{"blob":8388609}\n'],
  ['a blob of nothing', '{"blob":0}\n'], ['half a byte of blob', '{"blob":1.5}\n'], ['a negative blob', '{"blob":-1}\n'], ['deep nesting', `{"x":${'['.repeat(32)}${']'.repeat(32)}}\n`],
]) {
  test(`${name} is refused`, () => assert.throws(() => all(new FrameReader(), bytes), BadFrame));
}

test('What came before a broken frame counts', () => {
  const got = [];
  assert.throws(() => { for (const { frame } of new FrameReader().push(Buffer.from('{"id":1}\nhello\n'))) got.push(frame.id); }, BadFrame);
  assert.deepEqual(got, [1]);
});

test('Brackets inside strings are no nesting', () => {
  assert.equal(all(new FrameReader(), `{"x":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}\n`).length, 1);
});

test('Too much is not written either', () => {
  assert.throws(() => encodeFrame({ x: 'y'.repeat(MAX_LINE) }), BadFrame);
  assert.throws(() => encodeFrame({}, Buffer.alloc(8 * 1024 * 1024 + 1)), BadFrame);
});
