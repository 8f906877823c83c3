// What a screen says can be written into a sheet: the words of both languages are read back as what they stand for.

import { PROVIDER_SOURCES } from '@acik-iys/law';
import { expect, it } from 'vitest';
import { readWord } from '../packages/server/src/rooms/imports/values.ts';
import { en } from '../packages/web/src/text/en.ts';
import { tr } from '../packages/web/src/text/tr.ts';

it.each([
  ['tr', tr],
  ['en', en],
] as const)('reads what the screens call a channel, a status, a recipient type and a source (%s)', (_, words) => {
  const shown = {
    type: words.channel,
    status: words.status,
    recipientType: words.recipientType,
    source: Object.fromEntries(PROVIDER_SOURCES.map((source) => [source, words.source[source] ?? ''])),
  };
  const unread = (Object.keys(shown) as (keyof typeof shown)[]).flatMap((field) =>
    Object.entries(shown[field]).flatMap(([value, text]) => {
      const read = readWord(field, text);
      return 'value' in read && read.value === value ? [] : [`${field}: ${text} is no ${value}`];
    }),
  );
  expect(unread).toEqual([]);
});
