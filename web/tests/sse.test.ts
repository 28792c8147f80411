import {describe, expect, test} from 'vitest';
import {SseParser} from '../src/lib/sse';

const TEXT = ': hello\nretry: 1000\nid: e-1\nevent: alerts\ndata: {"a":\ndata: 1}\n\nid: e-2\ndata: x\r\n\r\n\nevent: lonely\n\ndata:  y\n\n';
const WANT = [{event: 'alerts', data: '{"a":\n1}', id: 'e-1'}, {event: 'message', data: 'x', id: 'e-2'}, {event: 'message', data: ' y', id: 'e-2'}];

describe('server-sent events', () => {
  test('messages, whatever pieces they come in', () => {
    for (let size = 1; size <= TEXT.length; size++) {
      const parser = new SseParser();
      const out = [];
      for (let at = 0; at < TEXT.length; at += size) out.push(...parser.feed(TEXT.slice(at, at + size)));
      expect(out, `${size}`).toEqual(WANT);
    }
  });
  test('an id counts once its message is whole', () => {
    const parser = new SseParser();
    parser.feed('id: 1\ndata: a\n\nid: 2\ndata: b\n');
    expect(parser.lastId).toBe('1');
  });
});
