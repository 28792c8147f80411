// The timeline as a table: the same for who reads rather than looks, and for a screen reader.
import {now} from '../api/live';
import {matcherText} from '../lib/matchers';
import {SEVERITIES} from '../lib/severity';
import {utc} from '../lib/settings';
import {t} from '../lib/texts';
import {durationText, shortTime} from '../lib/time';
import type {Bar, Lane} from '../lib/timeline';
import {SeverityMark} from './icons';
import {Link} from './link';

const MOST_LANES = 500;
const MOST_BARS = 6;

export function barText(bar: Bar): string {
  const at = (ms: number) => shortTime(ms, utc(), now.value);
  const end = bar.to === Infinity ? t('time.still') : at(bar.to);
  return `${at(bar.from)} – ${end} (${durationText(Math.min(bar.to, now.value) - bar.from)})`;
}

function newestFirst(bars: readonly Bar[]): Bar[] {
  return [...bars].sort((a, b) => b.from - a.from).slice(0, MOST_BARS);
}

export function LaneTable({lanes, by, onOpen}: {lanes: readonly Lane[]; by: string; onOpen: (bar: Bar) => void}) {
  return (
    <div class="scroll fill" tabIndex={0} role="region" aria-label={t('view.timeline')}>
      <table class="data">
        <thead><tr><th scope="col"><bdi>{by}</bdi></th><th scope="col">{t('time.state')}</th><th scope="col">{t('time.worst')}</th><th scope="col">{t('time.count')}</th><th scope="col">{t('time.newest')}</th></tr></thead>
        <tbody>{lanes.slice(0, MOST_LANES).map((lane) => (
          <tr key={lane.name}>
            <td class="wide"><Link to="" params={{q: matcherText({name: by, op: '=', value: lane.name}), suppressed: '1'}}><bdi>{lane.name || t('time.without', by)}</bdi></Link></td>
            <td data-label={t('time.state')}>{lane.now < 9 ? <><SeverityMark severity={SEVERITIES[lane.now] ?? ''} /> {SEVERITIES[lane.now] ?? t('severity.none')}</> : t('time.quiet')}</td>
            <td data-label={t('time.worst')}>{SEVERITIES[lane.worst] ?? t('severity.none')}</td>
            <td class="number" data-label={t('time.count')}>{lane.bars.length}</td>
            <td class="wide" data-label={t('time.newest')}><ul class="plain">{newestFirst(lane.bars).map((bar) => <li key={bar.id}><button class="link" onClick={() => onOpen(bar)}><bdi>{bar.name}</bdi></button> <small>{bar.severity} {barText(bar)}</small></li>)}{lane.bars.length > MOST_BARS && <li>… {lane.bars.length - MOST_BARS}</li>}</ul></td>
          </tr>
        ))}</tbody>
      </table>
      {lanes.length > MOST_LANES && <p>{t('dead.more', MOST_LANES)}</p>}
    </div>
  );
}
