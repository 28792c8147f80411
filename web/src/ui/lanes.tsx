// The timeline's rows, drawn as SVG: a path a severity, however many alerts stand behind it. Only the rows that are seen are in the document.
import {useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {now} from '../api/live';
import type {MomentKind} from '../lib/lifecycle';
import {matcherText} from '../lib/matchers';
import {visibleRows} from '../lib/rows';
import {SEVERITIES, tone} from '../lib/severity';
import {utc} from '../lib/settings';
import {t} from '../lib/texts';
import {shortTime, timeText} from '../lib/time';
import {barsAt, fitted, hidden, pathOf, pixelsOf, runs, storm, ticks, zoomed, type Bar, type Lane, type Run, type Spell, type Window} from '../lib/timeline';
import {SeverityMark} from './icons';
import {barText} from './lane-table';
import {Link} from './link';

export interface Mark {at: number; to?: number; kind: MomentKind | 'silence' | 'gap'; text: string; short?: string}
export interface Pointed {lane: string; bars: readonly Bar[]; x: number; y: number}

interface Props {
  lanes: readonly Lane[];
  by: string;
  view: Window;
  marks: readonly Mark[];
  spells: readonly Spell[];
  bars: readonly Bar[];
  reached: number;
  onView: (next: Window) => void;
  onPoint: (lane: Lane, at: number, slack: number, x: number, y: number) => void;
  onOpen: (bar: Bar) => void;
}

const ROW = 24;
const HEAD = 84;
const STORM = 44;
const TONES = [...SEVERITIES, 'none'] as const;

/** What was pointed at, where several alerts are: one of them is chosen. */
export function Found({of, onOpen, onClose}: {of: Pointed; onOpen: (bar: Bar) => void; onClose: () => void}) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>('li button')?.focus(), [of]);
  const left = Math.max(8, Math.min(of.x, window.innerWidth - 380));
  const top = Math.max(8, Math.min(of.y + 12, window.innerHeight - 300));
  return (
    <div class="found" ref={box} role="dialog" aria-label={t('time.several', of.bars.length, of.lane)} style={{left: `${left}px`, top: `${top}px`}} onKeyDown={(event) => { if (event.key === 'Escape') onClose(); }}>
      <header><b>{t('time.several', of.bars.length, of.lane)}</b><button class="small" aria-label={t('close')} onClick={onClose}>×</button></header>
      <ul class="plain">{of.bars.slice(0, 30).map((bar) => <li key={bar.id}><button class="link" onClick={() => onOpen(bar)}><SeverityMark severity={bar.severity} /> <bdi>{bar.name}</bdi></button> <small><bdi>{bar.summary}</bdi> {barText(bar)}</small></li>)}</ul>
    </div>
  );
}

function Runs({list}: {list: readonly Run[]}) {
  return <>{TONES.map((name, at) => {
    const own = list.filter((one) => one.tone === at);
    return own.length > 0 && <path key={name} class={`f-${name}`} d={pathOf(own, 3, 15)} />;
  })}</>;
}

function Storm({bars, view, width}: {bars: readonly Bar[]; view: Window; width: number}) {
  const parts = Math.max(1, Math.floor(width / 6));
  const counts = storm(bars, view.from, view.to, parts);
  const most = Math.max(1, ...counts.map((one) => one.reduce((a, b) => a + b, 0)));
  const each = width / parts;
  const paths: string[] = TONES.map(() => '');
  counts.forEach((part, index) => {
    let y = STORM;
    part.forEach((count, at) => {
      if (count === 0) return;
      const height = Math.max(1.5, (count / most) * (STORM - 12));
      y -= height;
      paths[at] = `${paths[at] ?? ""}M${(index * each).toFixed(1)} ${y.toFixed(1)}h${(each - 1).toFixed(1)}v${height.toFixed(1)}h-${(each - 1).toFixed(1)}z`;
    });
  });
  return <>{TONES.map((name, at) => paths[at] && <path key={name} class={`f-${name}`} d={paths[at]} />)}<text class="most" x="4" y="10">{t('time.storm', most)}</text></>;
}

// A shape for each, and its word where there is room for it.
const SHAPES: Readonly<Record<MomentKind, string>> = {start: 'M-5 -4h10l-5 8z', stop: 'M-4 -4h8v8h-8z', death: 'M-4 -4l8 8M4 -4l-8 8', reload: 'M-5 0l5 -5 5 5 -5 5z'};
const WORD = 6.2;  // the width of a letter

export function MomentMark({kind}: {kind: MomentKind}) {
  return <svg class={`mark m-${kind}`} viewBox="-7 -7 14 14" width="12" height="12" aria-hidden="true"><path d={SHAPES[kind]} /></svg>;
}

function isMoment(mark: Mark): mark is Mark & {kind: MomentKind} {
  return mark.kind !== 'silence' && mark.kind !== 'gap';
}

function gapsOf(marks: readonly Mark[], view: Window, width: number): {x: number; width: number; text: string}[] {
  return marks.filter((one) => one.kind === 'gap' && one.at < view.to && (one.to ?? 0) > view.from).map((one) => {
    const [first, last] = pixelsOf(one.at, one.to ?? one.at, view.from, view.to, Math.floor(width));
    return {x: first, width: last - first, text: one.text};
  });
}

function Moments({marks, view, width}: {marks: readonly Mark[]; view: Window; width: number}) {
  const x = (at: number) => ((at - view.from) / (view.to - view.from)) * width;
  const list = marks.filter(isMoment).filter((one) => one.at >= view.from && one.at <= view.to).sort((a, b) => a.at - b.at);
  return (
    <>
      <pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="m-gap-line" d="M0 0v6" /></pattern>
      {gapsOf(marks, view, width).map((one, index) => <rect key={index} class="m-gap" x={one.x} width={one.width} height={HEAD}><title>{one.text}</title></rect>)}
      {list.map((one, index) => {
        const next = list[index + 1];
        const word = one.short ?? '';
        const fits = x(one.at) + 10 + word.length * WORD < (next ? x(next.at) - 6 : width);
        return (
          <g key={index} class={`m-${one.kind}`} transform={`translate(${x(one.at).toFixed(1)} ${HEAD - 8})`}>
            <path d={SHAPES[one.kind]} />{fits && <text x="8" y="4">{word}</text>}<title>{`${one.text} ${shortTime(one.at, utc(), now.value)}`}</title>
          </g>
        );
      })}
    </>
  );
}

function Axis({view, width, marks}: {view: Window; width: number; marks: readonly Mark[]}) {
  const zone = utc() ? 0 : -new Date(view.to).getTimezoneOffset() * 60_000;
  const list = ticks(view.from, view.to, Math.max(2, Math.floor(width / 90)), zone);
  const x = (at: number) => ((at - view.from) / (view.to - view.from)) * width;
  const whole = view.to - view.from < 60_000 * 20;
  const label = (at: number) => {
    const [day = '', time = ''] = timeText(at, utc()).split(' ');
    return time.startsWith('00:00:00') ? day.slice(5) : whole ? time : time.slice(0, 5);
  };
  return (
    <>
      {list.map((at) => <g key={at}><path class="tick" d={`M${x(at).toFixed(1)} ${STORM}v${HEAD - STORM}`} /><text x={x(at) + 3} y={STORM + 14}>{label(at)}</text></g>)}
      {marks.filter((one) => one.kind === 'silence' && one.at < view.to && (one.to ?? 0) > view.from).map((one, index) => (
        <rect key={index} class="m-silence" x={Math.max(0, x(one.at))} width={Math.max(2, Math.min(width, x(one.to ?? one.at)) - Math.max(0, x(one.at)))} y={HEAD - 18} height="5"><title>{one.text}</title></rect>
      ))}
      <Moments marks={marks} view={view} width={width} />
    </>
  );
}

// Lines through all rows: starts, reloads, now, and what was not read.
function lines(view: Window, width: number, marks: readonly Mark[], reached: number): {path: string; unread: number; future: number} {
  const x = (at: number) => ((at - view.from) / (view.to - view.from)) * width;
  const path = marks.filter(isMoment).filter((one) => one.at >= view.from && one.at <= view.to).map((one) => `M${x(one.at).toFixed(1)} 0v${ROW}`).join('');
  return {path, unread: reached > view.from && reached !== Infinity ? Math.min(width, x(reached)) : 0, future: Math.min(width, x(now.value))};
}

interface Drag {x: number; view: Window; moved: boolean}

/** Pan with one pointer, zoom with two, with Ctrl and the wheel. */
function useGestures(box: RefObject<HTMLDivElement>, props: () => Props, gutter: number, width: number) {
  const pointers = useRef(new Map<number, number>());
  const drag = useRef<Drag>();
  const at = (x: number, view: Window) => {
    const left = (box.current?.getBoundingClientRect().left ?? 0) + gutter;
    return view.from + ((x - left) / width) * (view.to - view.from);
  };
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const wheel = (event: WheelEvent) => {
      const {view, onView} = props();
      if (event.ctrlKey || event.metaKey) onView(zoomed(view, Math.exp(event.deltaY * 0.003), at(event.clientX, view), Date.now()));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((event.deltaX || event.deltaY) / width) * (view.to - view.from);
        onView(fitted({from: view.from + by, to: view.to + by}, Date.now()));
      } else return;
      event.preventDefault();
    };
    element.addEventListener('wheel', wheel, {passive: false});
    return () => element.removeEventListener('wheel', wheel);
  });
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as HTMLElement).closest('a, button')) return;
    pointers.current.set(event.pointerId, event.clientX);
    drag.current = {x: event.clientX, view: props().view, moved: pointers.current.size > 1};
  };
  const move = (event: PointerEvent) => {
    const held = drag.current;
    const before = pointers.current.get(event.pointerId);
    if (!held || before === undefined) return;
    const {onView} = props();
    if (pointers.current.size === 2) {
      const [other = 0] = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
      const factor = Math.abs(before - other) / Math.max(10, Math.abs(event.clientX - other));
      pointers.current.set(event.pointerId, event.clientX);
      held.view = zoomed(held.view, factor, at((event.clientX + other) / 2, held.view), Date.now());
      onView(held.view);
      return;
    }
    if (!held.moved && Math.abs(event.clientX - held.x) < 5) return;
    held.moved = true;
    box.current?.setPointerCapture(event.pointerId);
    const by = ((held.x - event.clientX) / width) * (held.view.to - held.view.from);
    onView(fitted({from: held.view.from + by, to: held.view.to + by}, Date.now()));
  };
  /** Whether it was a click rather than a drag. */
  const up = (event: PointerEvent): boolean => {
    const held = drag.current;
    const clicked = pointers.current.delete(event.pointerId) && held !== undefined && !held.moved;
    if (pointers.current.size === 0) drag.current = undefined;
    return clicked;
  };
  return {down, move, up, at};
}

function useSizes(box: RefObject<HTMLDivElement>) {
  const size = useSignal({width: 1000, height: 600});
  const top = useSignal(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const sizes = new ResizeObserver(() => { size.value = {width: element.clientWidth, height: element.clientHeight}; });
    const scrolled = () => { top.value = Math.floor(element.scrollTop / ROW) * ROW; };
    sizes.observe(element);
    element.addEventListener('scroll', scrolled, {passive: true});
    return () => {
      sizes.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [box, size, top]);
  return {...size.value, top: top.value};
}

function laneText(lane: Lane): string {
  const worst = SEVERITIES[lane.now] ?? (lane.now < 9 ? t('severity.none') : t('time.quiet'));
  return `${lane.name}: ${worst}, ${t('time.alerts', lane.bars.length)}`;
}

export function Lanes(props: Props) {
  const {lanes, by, view, marks, spells, bars, reached, onView, onPoint, onOpen} = props;
  const box = useRef<HTMLDivElement>(null);
  const {width: all, height, top} = useSizes(box);
  const gutter = all < 700 ? 140 : 190;
  const width = Math.max(100, all - gutter);
  const cursor = useSignal(-1);
  const tip = useSignal<{bar: Bar; more: number; x: number; y: number} | undefined>(undefined);
  const {first, last, before, after} = visibleRows(lanes.length, ROW, top, height);
  const gestures = useGestures(box, () => props, gutter, width);
  const slack = ((view.to - view.from) / width) * 3;
  const span = view.to - view.from;
  const extra = lines(view, width, marks, reached);
  const gaps = gapsOf(marks, view, width);
  const laneOf = (event: Event) => lanes[Number((event.target as Element).closest<HTMLElement>('[data-lane]')?.dataset.lane ?? -1)];

  const look = (event: PointerEvent) => {
    const lane = laneOf(event);
    const [bar, ...more] = lane && (event.target as Element).closest('svg') ? barsAt(lane.bars, gestures.at(event.clientX, view), slack) : [];
    tip.value = bar && event.pointerType === 'mouse' ? {bar, more: more.length, x: event.clientX, y: event.clientY} : undefined;
  };
  const goTo = (next: number) => {
    cursor.value = Math.max(0, Math.min(lanes.length - 1, next));
    const element = box.current;
    if (!element) return;
    const y = cursor.value * ROW;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + ROW + HEAD > element.scrollTop + element.clientHeight) element.scrollTop = y + 2 * ROW + HEAD - element.clientHeight;
  };
  const key = (event: KeyboardEvent) => {
    if (event.target !== box.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = (share: number) => onView(fitted({from: view.from + span * share, to: view.to + span * share}, Date.now()));
    const lane = lanes[cursor.value];
    const acts: Record<string, () => void> = {
      ArrowLeft: () => pan(-0.1), ArrowRight: () => pan(0.1), '+': () => onView(zoomed(view, 0.7, (view.from + view.to) / 2, Date.now())), '-': () => onView(zoomed(view, 1.4, (view.from + view.to) / 2, Date.now())),
      ArrowDown: () => goTo(cursor.value + 1), ArrowUp: () => goTo(cursor.value - 1), Home: () => goTo(0), End: () => goTo(lanes.length),
      PageDown: () => goTo(cursor.value + 10), PageUp: () => goTo(cursor.value - 10), Escape: () => { tip.value = undefined; },
      Enter: () => {
        const [only, ...others] = lane ? barsAt(lane.bars, view.from + span / 2, span / 2) : [];
        const y = (box.current?.getBoundingClientRect().top ?? 0) + HEAD + cursor.value * ROW - (box.current?.scrollTop ?? 0);
        if (lane && only) if (others.length === 0) onOpen(only); else onPoint(lane, view.from + span / 2, span / 2, gutter + 40, y);
      },
    };
    const act = acts[event.key === '=' ? '+' : event.key];
    if (!act) return;
    act();
    event.preventDefault();
  };
  return (
    <>
      <div class="lanes" ref={box} tabIndex={0} role="region" aria-label={t('time.region')} onKeyDown={key}
        onPointerDown={gestures.down} onPointerMove={(event) => { gestures.move(event); look(event); }} onPointerCancel={gestures.up} onPointerLeave={() => { tip.value = undefined; }}
        onPointerUp={(event) => {
          const lane = laneOf(event);
          if (gestures.up(event) && lane && (event.target as Element).closest('svg')) onPoint(lane, gestures.at(event.clientX, view), slack, event.clientX, event.clientY);
        }}>
        <div class="axis" aria-hidden="true">
          <svg width={width} height={HEAD}><Storm bars={bars} view={view} width={width} /><Axis view={view} width={width} marks={marks} /></svg>
        </div>
        <div style={{height: `${before}px`}} />
        <ol class="plain" start={first + 1}>
          {lanes.slice(first, last).map((lane, index) => (
            <li key={lane.name} class={`lane ${first + index === cursor.value ? 'cursor' : ''}`} data-lane={first + index}>
              <span class="lane-name" style={{width: `${gutter}px`}}><Link to="" params={{q: matcherText({name: by, op: '=', value: lane.name}), suppressed: '1'}} title={laneText(lane)}>
                <SeverityMark severity={SEVERITIES[lane.now] ?? ''} /> <bdi>{lane.name || t('time.without', by)}</bdi></Link></span>
              <svg width={width} height={ROW} role="img" aria-label={laneText(lane)}>
                {extra.unread > 0 && <rect class="unread" width={extra.unread} height={ROW} />}
                <Runs list={runs(lane.bars, view.from, view.to, Math.floor(width), now.value)} />
                <path class="quieted" d={pathOf(hidden(lane.bars, spells, view.from, view.to, Math.floor(width), now.value), 18, 3)} />
                {gaps.map((one, at) => <rect key={at} class="m-gap" x={one.x} width={one.width} height={ROW} />)}
                <path class="mark-line" d={extra.path} />
                <path class="now-line" d={`M${extra.future.toFixed(1)} 0v${ROW}`} />
              </svg>
            </li>
          ))}
        </ol>
        <div style={{height: `${after}px`}} />
      </div>
      {tip.value && (
        <div class="tip" aria-hidden="true" style={{left: `${Math.min(tip.value.x + 12, window.innerWidth - 340)}px`, top: `${Math.min(tip.value.y + 14, window.innerHeight - 110)}px`}}>
          <b class={`sev-${tone(tip.value.bar.severity)}`}><SeverityMark severity={tip.value.bar.severity} /> <bdi>{tip.value.bar.name}</bdi></b>
          <div><bdi>{tip.value.bar.summary}</bdi></div><small>{barText(tip.value.bar)}{tip.value.more > 0 && ` · ${t('time.more', tip.value.more)}`}</small>
        </div>
      )}
      <p class="sum legend"><small>{SEVERITIES.map((name) => <span key={name}><SeverityMark severity={name} /> {name} </span>)} · <span class="k-quieted" /> {t('time.legend.silence')} · {(['start', 'stop', 'death', 'reload'] as const).map((kind) => <span key={kind}><MomentMark kind={kind} /> {t(`bridge.${kind}`)} </span>)} · <span><svg width="16" height="12" aria-hidden="true"><rect class="m-gap" width="16" height="12" /></svg> {t('time.legend.gap')}</span> · {t('time.keys')}</small></p>
    </>
  );
}
