// Rule files as somebody edits them.

/** The names of the rules of a file, as far as they stand on a line of their own: it need not be YAML yet. */
export function ruleNames(text: string): string[] {
  const found = [...text.matchAll(/^[ \t]*(?:-[ \t]+)?(?:\{[ \t]*)?alert:[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#,}]+))/gm)];
  return [...new Set(found.map(([, double, single, plain]) => double ?? single ?? plain ?? ''))];
}
