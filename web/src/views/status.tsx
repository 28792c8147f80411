// What the daemon says of itself.
import {now, status} from '../api/live';
import {getJson, getText} from '../api/client';
import {utc} from '../lib/settings';
import {agoText, t} from '../lib/texts';
import {timeText} from '../lib/time';
import {useFetched, Waiting} from '../ui/fetch';

interface Other {uptime: string; config: {original: string}}
interface Inventory {file: string; rows: number; sent: boolean}
interface Parked {count: number; first: Record<string, unknown>[]}

function When({at}: {at: string}) {
  const ms = Date.parse(at);
  return <>{timeText(ms, utc())} <small>({agoText(now.value - ms)})</small></>;
}

export function StatusView() {
  const other = useFetched<Other>((stop) => getJson('api/v2/status', stop), '', 30);
  const ready = useFetched(async () => getText('-/ready?verbose'), '', 5);
  const inventory = useFetched<Inventory>((stop) => getJson('api/v1/inventory', stop), '', 60);
  const parked = useFetched<Parked>((stop) => getJson('api/v1/processing-errors', stop), '', 30);
  const seen = status.value;
  const parts = (ready.data.value ?? '').split('\n').filter((line) => /^\[[+-]\]/.test(line));
  return (
    <div class="view">
      <header><h1>{t('view.status')}</h1></header>
      {seen && (
        <dl>
          <dt>{t('status.version')}</dt><dd>{seen.version}</dd>
          {other.data.value && <><dt>{t('status.up')}</dt><dd><When at={other.data.value.uptime} /></dd></>}
          <dt>{t('status.config')}</dt><dd><bdi>{seen.config.file || t('status.none')}</bdi></dd>
          <dt>{t('status.reload')}</dt><dd>{seen.config.last_reload_successful ? <When at={seen.config.last_reload_success} /> : <span class="fault"><bdi>{seen.config.last_reload_fault}</bdi></span>}</dd>
          {seen.config.needs_restart.length > 0 && <><dt>{t('status.restart')}</dt><dd><bdi>{seen.config.needs_restart.join(', ')}</bdi></dd></>}
          <dt>{t('status.rules')}</dt><dd>{seen.rules} <small><code>{seen.generation.slice(0, 12)}</code></small></dd>
          <dt>{t('status.journal')}</dt><dd>{t('status.journal.text', seen.journal.end_offset, Math.round(seen.journal.bytes / 1048576), seen.journal.segments)}</dd>
          <dt>{t('status.engine')}</dt><dd>{t('status.engine.text', seen.journal.end_offset - seen.engine.processed)}</dd>
          {inventory.data.value?.file && <><dt>{t('status.inventory')}</dt><dd><bdi>{t('status.inventory.text', inventory.data.value.file, inventory.data.value.rows)}</bdi></dd></>}
        </dl>
      )}
      <section>
        <h2>{t('status.ready')}</h2>
        <Waiting of={ready} />
        <ul class="plain parts">{parts.map((line) => <li key={line} class={line.startsWith('[+]') ? 'fine' : 'bad'}><bdi>{line.startsWith('[+]') ? '✓' : '✗'} {line.slice(3)}</bdi></li>)}</ul>
      </section>
      <section>
        <h2>{t('status.parked')}</h2>
        <Waiting of={parked} />
        {parked.data.value?.count === 0 && <p class="fine">{t('status.parked.none')}</p>}
        {parked.data.value && parked.data.value.count > 0 && <pre tabIndex={0}><bdi>{`${parked.data.value.count}\n${parked.data.value.first.map((one) => JSON.stringify(one)).join('\n')}`}</bdi></pre>}
      </section>
      {other.data.value && <section><h2>{t('status.text')}</h2><pre tabIndex={0}><bdi>{other.data.value.config.original}</bdi></pre></section>}
    </div>
  );
}
