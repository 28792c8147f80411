// Prometheus' text format, as far as the page reads it: samples by name and labels.

export interface Sample {name: string; labels: Record<string, string>; value: number}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function plain(text: string): string {
  return text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
}

export function parseMetrics(text: string): Sample[] {
  const out: Sample[] = [];
  for (const line of text.split('\n')) {
    const found = LINE.exec(line);
    if (!found) continue;
    const [, name = '', inner = '', value = ''] = found;
    const labels: Record<string, string> = {};
    for (const [, key = '', said = ''] of inner.matchAll(LABEL)) labels[key] = plain(said);
    out.push({name, labels, value: Number(value)});
  }
  return out;
}

/** The value of the first sample of that name; undefined: there is none. */
export function metric(samples: readonly Sample[], name: string): number | undefined {
  return samples.find((one) => one.name === name)?.value;
}
