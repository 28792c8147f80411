// Which rows of a long list are in the document.

export interface Span {first: number; last: number; before: number; after: number}

/** `last` is one past the last row; `before` and `after` are the heights of what is left out. */
export function visibleRows(count: number, height: number, top: number, shown: number, extra = 8): Span {
  const first = Math.max(0, Math.min(count, Math.floor(top / height) - extra));
  const last = Math.max(first, Math.min(count, Math.ceil((top + shown) / height) + extra));
  return {first, last, before: first * height, after: (count - last) * height};
}
