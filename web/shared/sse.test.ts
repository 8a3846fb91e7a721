import { expect, it } from 'vitest';
import { backoff, SseParser } from './sse';

it('puts an event together from pieces of any size', () => {
  const text = ': hello\n\nevent: view\ndata: {"a":\ndata: 1}\n\ndata:x\r\n\r\n';
  for (let size = 1; size <= text.length; size++) {
    const parser = new SseParser();
    const events = [];
    for (let i = 0; i < text.length; i += size) events.push(...parser.push(text.slice(i, i + size)));
    expect(events).toEqual([
      { event: 'view', data: '{"a":\n1}' },
      { event: 'message', data: 'x' },
    ]);
  }
});

it('says nothing for a heartbeat or an event without data', () => {
  expect(new SseParser().push(': ping\n\nevent: view\n\n')).toEqual([]);
});

it('backs off to a bound and never returns at once', () => {
  expect(backoff(0, 0)).toBe(250);
  expect(backoff(0, 1)).toBe(500);
  expect(backoff(20, 1)).toBe(15_000);
  expect(backoff(20, 0)).toBe(7_500);
});
