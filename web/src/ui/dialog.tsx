// A dialog of the browser's own: it holds the focus, closes with Escape, and gives the focus back.
import type {ComponentChildren} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {t} from '../lib/texts';

interface Props {
  title: string;
  action: string;
  busy?: boolean;
  danger?: boolean;
  disabled?: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ComponentChildren;
}

export function Dialog({title, action, busy = false, danger = false, disabled = false, onClose, onSubmit, children}: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={element} aria-label={title} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <form onSubmit={(event) => { event.preventDefault(); if (!busy && !disabled) onSubmit(); }}>
        <h2>{title}</h2>
        {children}
        <div class="buttons">
          <button type="button" onClick={onClose}>{t('cancel')}</button>
          <button class={danger ? 'danger' : 'primary'} disabled={busy || disabled} data-first>{action}</button>
        </div>
      </form>
    </dialog>
  );
}
