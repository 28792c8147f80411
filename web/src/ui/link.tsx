// A link within the page: an address like any other, followed without loading the page again.
import type {ComponentChildren} from 'preact';
import {go, href, type Change} from '../lib/url';

interface Props {to: string; params?: Change; title?: string; current?: boolean; children: ComponentChildren}

export function Link({to, params = {}, title, current = false, children}: Props) {
  return (
    <a href={href(to, params)} title={title} aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to, params);
      }}>{children}</a>
  );
}
