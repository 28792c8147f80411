// The frame around every view: where one is, whether what is shown is right, what is wrong with the daemon.
import {computed, useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';
import {needsToken} from './api/client';
import {alerts, dead, failing, freshAt, isOld, loaded, now, refresh, status, streaming, trouble} from './api/live';
import {session, signIn, signOut} from './api/session';
import {language, utc, zone} from './lib/settings';
import {t, type Key} from './lib/texts';
import {durationText} from './lib/time';
import {param, place} from './lib/url';
import {Dialogs} from './ui/actions';
import {Link} from './ui/link';
import {complain, messageOf, Toasts} from './ui/toast';
import {Delivery} from './views/delivery';
import {Events} from './views/events';
import {History} from './views/history';
import {Now} from './views/now';
import {Routing} from './views/routing';
import {Rules} from './views/rules';
import {Silences} from './views/silences';
import {StatusView} from './views/status';
import {Story} from './views/story';
import {Timeline} from './views/timeline';

const VIEWS: readonly [string, Key][] = [
  ['', 'view.now'], ['timeline', 'view.timeline'], ['events', 'view.events'], ['silences', 'view.silences'], ['delivery', 'view.delivery'], ['history', 'view.history'], ['rules', 'view.rules'], ['routing', 'view.routing'], ['status', 'view.status'],
];

function Live() {
  if (trouble.value) return <span class="live bad" role="status">{t('gone.never')}</span>;
  if (!loaded.value) return <span class="live" role="status">{t('loading')}</span>;
  if (isOld()) return <span class="live bad" role="status">{t('old', durationText(now.value - freshAt.value))}</span>;
  if (!streaming.value) return <span class="live good" role="status" title={t('live.polling.why')}>{t('live.polling')}</span>;
  return <span class="live good streamed" role="status">{t('live')}</span>;
}

function Banners() {
  const said: string[] = [];
  const seen = status.value;
  if (trouble.value) said.push(loaded.value ? t('gone', durationText(now.value - freshAt.value)) : t('gone.never'));
  if (failing.value.length > 0) said.push(t('failing', failing.value.join('; ')));
  if (seen && !seen.config.last_reload_successful) said.push(t('reload.failed', seen.config.last_reload_fault));
  const behind = seen ? seen.journal.end_offset - seen.engine.processed : 0;
  if (behind > 1000) said.push(t('behind', behind));
  return <div role="alert">{said.map((text) => <p key={text} class="banner"><bdi>{text}</bdi></p>)}</div>;
}

function SignIn() {
  const token = useSignal('');
  const name = useSignal('');
  const password = useSignal('');
  const fault = useSignal('');
  const ways = session.value?.ways ?? ['token'];
  const go = async () => {
    fault.value = '';
    try {
      await signIn(token.value ? {token: token.value} : {username: name.value, password: password.value});
      await refresh();
    } catch (said) {
      fault.value = messageOf(said);
    }
  };
  return (
    <main id="main" class="sign-in">
      <form onSubmit={(event) => { event.preventDefault(); void go(); }}>
        <h1>{t('token.title')}</h1>
        <p>{t(ways.length > 0 ? 'token.text' : 'token.none')}</p>
        {ways.includes('password') && (
          <>
            <label>{t('token.name')}<input type="text" autocomplete="username" value={name.value} onInput={(event) => { name.value = event.currentTarget.value; }} /></label>
            <label>{t('token.password')}<input type="password" autocomplete="current-password" value={password.value} onInput={(event) => { password.value = event.currentTarget.value; }} /></label>
          </>
        )}
        {ways.includes('token') && <label>{t('token.label')}<input type="password" autocomplete={ways.includes('password') ? 'off' : 'current-password'} value={token.value} onInput={(event) => { token.value = event.currentTarget.value; }} /></label>}
        {fault.value && <p class="fault" role="alert"><bdi>{fault.value}</bdi></p>}
        {ways.length > 0 && <button class="primary" disabled={!token.value && !(name.value && password.value)}>{t('token.go')}</button>}
      </form>
    </main>
  );
}

function Who() {
  const seen = session.value;
  if (!seen?.required || !seen.signed_in) return null;
  return (
    <>
      <span class="who"><bdi>{seen.name}</bdi>{!seen.rights.includes('change') && <small> {t('who.view')}</small>}</span>
      {seen.by === 'session' && <button onClick={() => { signOut().catch((fault: unknown) => complain(messageOf(fault))); }}>{t('who.out')}</button>}
    </>
  );
}

function View() {
  switch (place.value.view) {
    case 'alert':
      return <Story key={param('id')} id={param('id')} />;
    case 'timeline':
      return <Timeline />;
    case 'events':
      return <Events />;
    case 'silences':
      return <Silences />;
    case 'delivery':
      return <Delivery />;
    case 'history':
      return <History />;
    case 'routing':
      return <Routing />;
    case 'rules':
      return <Rules />;
    case 'status':
      return <StatusView />;
    default:
      return <Now />;
  }
}

const title = computed(() => {
  const critical = alerts.value.filter((one) => one.rank === 0 && one.state === 'active' && !one.acknowledged).length;
  return `${critical > 0 ? `(${critical}) ` : ''}Alarum`;
});

// `/` and Ctrl-K lead to the filter from everywhere.
function useKeys(): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const on = event.target as HTMLElement;
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName);
      if ((event.key === '/' && !typing) || (event.key === 'k' && event.ctrlKey)) {
        event.preventDefault();
        document.getElementById('filter')?.focus();
      }
    };
    window.addEventListener('keydown', key);
    return () => window.removeEventListener('keydown', key);
  }, []);
}

export function App() {
  useKeys();
  const name = title.value;
  useEffect(() => { document.title = name; }, [name]);
  const view = place.value.view;
  if (view === '' && param('wall') === '1' && !needsToken.value) return <><Banners /><main id="main" class="on-wall"><View /></main><div class="wall-live"><Live /></div></>;
  return (
    <>
      <a class="skip" href="#main">{t('skip')}</a>
      <header class="head">
        <b class="brand">Alarum</b>
        <nav aria-label={t('nav')}>{VIEWS.map(([to, key]) => <Link key={to} to={to} current={view === to}>{t(key)}{to === 'delivery' && dead.value > 0 && <span class="badge" title={t('dead.badge', dead.value)}>{dead.value}</span>}</Link>)}</nav>
        <Live />
        <Who />
        <button onClick={() => { zone.value = utc() ? 'local' : 'utc'; }}>{t(utc() ? 'zone.utc' : 'zone.local')}</button>
        <button lang={language.value === 'zh' ? 'en' : 'zh-CN'} onClick={() => { language.value = language.value === 'zh' ? 'en' : 'zh'; }}>{t('language')}</button>
      </header>
      {needsToken.value ? <SignIn /> : <><Banners /><main id="main" tabIndex={-1}><View /></main></>}
      <Dialogs />
      <Toasts />
    </>
  );
}
