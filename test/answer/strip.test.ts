import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripped } from '../../src/answer/strip.ts';
import { samplePipeline, sampleRequest } from '../policy/samples.ts';

const COOKIE = samplePipeline('a', { stripsFrom: [{ in: 'cookie', name: 't' }] });

/** As the listeners read a header: one character a byte. */
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

test('what is left of the cookies is the text that the client sent, in any language', () => {
  const headers = new Map([['cookie', bytes('who=Zo\u00eb; t=1; where=\u6771\u4eac')]]);
  assert.deepEqual(stripped(COOKIE, sampleRequest({ headers })).setHeaders, [
    { name: 'cookie', value: 'who=Zo\u00eb; where=\u6771\u4eac' },
  ]);
});
