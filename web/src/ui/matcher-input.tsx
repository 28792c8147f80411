// A field for matchers, with completion of labels and values that are there.
import {useSignal} from '@preact/signals';
import {useId, useRef} from 'preact/hooks';
import {complete, MatcherFault, parseMatchers} from '../lib/matchers';
import {t} from '../lib/texts';

interface Props {
  value: string;
  values: ReadonlyMap<string, readonly string[]>;
  label: string;
  hint?: string;
  id?: string;
  onChange: (text: string) => void;
}

export function matcherFault(text: string): string {
  try {
    parseMatchers(text);
    return '';
  } catch (fault) {
    return fault instanceof MatcherFault ? fault.message : String(fault);
  }
}

export function MatcherInput({value, values, label, hint = '', id = '', onChange}: Props) {
  const field = useRef<HTMLInputElement>(null);
  const own = useId();
  const options = useSignal<readonly string[]>([]);
  const from = useSignal(0);
  const at = useSignal(-1);
  const fault = matcherFault(value);

  const look = () => {
    const caret = field.current?.selectionStart ?? value.length;
    const found = complete(field.current?.value ?? value, caret, values);
    options.value = found.options;
    from.value = found.from;
    at.value = -1;
  };
  const shut = () => {
    options.value = [];
    at.value = -1;
  };
  const take = (option: string) => {
    const input = field.current;
    if (!input) return;
    const caret = input.selectionStart ?? input.value.length;
    const rest = input.value.slice(caret).replace(/^[^\s,}]*/, '');
    const text = input.value.slice(0, from.value) + option;
    onChange(text + rest);
    input.value = text + rest;
    input.setSelectionRange(text.length, text.length);
    input.focus();
    if (option.endsWith('=')) look();
    else shut();
  };
  const key = (event: KeyboardEvent) => {
    const count = options.value.length;
    if (count === 0) {
      if (event.key === 'ArrowDown') look();
      return;
    }
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % count;
    else if (event.key === 'ArrowUp') at.value = at.value <= 0 ? count - 1 : at.value - 1;
    else if (event.key === 'Escape') shut();
    else if (event.key === 'Enter' || (event.key === 'Tab' && at.value >= 0)) {
      const option = options.value[at.value];
      if (option === undefined) shut();
      else take(option);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const open = options.value.length > 0;
  const list = `${own}-list`;
  return (
    <div class="matchers">
      <input ref={field} id={id || own} type="text" class={fault ? 'wrong' : ''} value={value} placeholder={hint} spellcheck={false}
        autocomplete="off" autocapitalize="off" aria-label={label} aria-invalid={fault ? 'true' : 'false'}
        role="combobox" aria-autocomplete="list" aria-expanded={open} aria-controls={list}
        aria-activedescendant={at.value >= 0 ? `${own}-${at.value}` : undefined}
        onInput={(event) => { onChange(event.currentTarget.value); if (event.currentTarget.value === '') shut(); else look(); }}
        onKeyDown={key} onBlur={() => setTimeout(shut, 150)} />
      <ul id={list} role="listbox" aria-label={label} hidden={!open}>
        {options.value.map((option, index) => (
          <li key={option} id={`${own}-${index}`} role="option" aria-selected={index === at.value}
            onMouseDown={(event) => { event.preventDefault(); take(option); }}><bdi>{option}</bdi></li>
        ))}
      </ul>
      {fault && <p class="fault" role="alert">{t('filter.fault', fault)}</p>}
    </div>
  );
}
