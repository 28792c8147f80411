// Server-sent events (HTML Standard §9.2), read from a body: fetch can send what EventSource cannot, and says why it was refused.

export interface Message {event: string; data: string; id: string}

export class SseParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  /** Of the last whole message. */
  lastId = '';
  private id = '';

  /** The messages that end within this piece. */
  feed(text: string): Message[] {
    const out: Message[] = [];
    this.rest += text;
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        this.lastId = this.id;
        if (this.data.length > 0) out.push({event: this.event || 'message', data: this.data.join('\n'), id: this.id});
        this.event = '';
        this.data = [];
        continue;
      }
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === 'event') this.event = value;
      else if (name === 'data') this.data.push(value);
      else if (name === 'id') this.id = value;
    }
    return out;
  }
}
