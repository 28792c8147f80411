// What the page does against the real daemon. Started by tests/e2e/page_test.py.
import {api, axeFaults, becomes, check, cue, main, open} from './browser.mjs';

const VIEWS = ['', '?by=alertname', '?by=@routed', '?wall=1', 'timeline?span=1h', 'timeline?as=table', 'events', 'events?show=rejected', 'silences?expired=1', 'delivery', 'history', 'rules', 'rules?rule=NpuFailing',
  'routing?labels=Down,severity=critical', 'status'];

// That somebody must sign in, or was refused, stands in the console of every browser.
const signedOut = (faults) => faults.filter((one) => !one.includes('status of 401'));

// That the daemon was away, too.
const away = (faults) => faults.filter((one) => !/net::ERR_|status of 503/.test(one));

function clean(faults) {
  check(faults.length === 0, faults.join('\n'));
}

function fault(id, subject, type = 'linkDown') {
  return {specversion: '1.0', id, source: 'SYS.BMS', type, subject};
}

const rows = (page) => page.locator('tbody tr:not(.space)');
const names = (page) => page.locator('tbody td.c-name').allInnerTexts();

// An alert arrives live, is silenced with the preview's count right, comes back, is acknowledged and ended.
async function care(browser, url) {
  const {page, faults, close} = await open(browser, url);
  await page.locator('.live.good').waitFor();
  await page.getByText('Nothing fires').waitFor();
  for (let i = 1; i <= 5; ++i) await api(url, 'POST', '/v1/events', fault(`e${i}`, `bms-${i}`), 'application/cloudevents+json');
  await becomes('rows', () => rows(page).count(), 5);

  await page.locator('#filter').pressSequentially('subject=~"bms-[12]"');
  await becomes('rows that fit', () => rows(page).count(), 2);
  await becomes('the filter in the address', () => new URL(page.url()).searchParams.get('q'), 'subject=~"bms-[12]"');
  await page.getByRole('checkbox', {name: 'Select all'}).check();
  await page.locator('.selection').getByRole('button', {name: 'Silence'}).click();
  await page.getByLabel('Who').fill('kim');
  await page.locator('[data-test=preview]').waitFor();
  check((await page.locator('[data-test=preview]').innerText()) === 'Hides 2 of what fires now', await page.locator('.preview').innerText());
  await page.locator('dialog').getByRole('button', {name: 'Silence'}).click();
  await becomes('rows that are not silenced', () => rows(page).count(), 0);
  const silenced = (await api(url, 'GET', '/api/v2/alerts')).filter((one) => one.status.silencedBy.length > 0).map((one) => one.labels.subject);
  check(silenced.sort().join() === 'bms-1,bms-2', silenced.join());

  await page.getByRole('link', {name: 'Silences'}).click();
  await becomes('what the silence hides', () => page.locator('table.data td.number').allInnerTexts(), ['2']);
  await page.getByRole('button', {name: 'Extend'}).click();
  await page.getByText(/^Silence extended until/).waitFor();
  await page.getByRole('button', {name: 'Expire'}).click();
  await page.getByText('No silence').waitFor();
  await page.getByRole('checkbox', {name: 'expired'}).check();
  await page.getByRole('button', {name: 'Make again'}).waitFor();

  await page.goBack();
  await page.getByRole('link', {name: 'Now'}).click();
  await becomes('all are back', () => rows(page).count(), 5);
  await rows(page).filter({hasText: 'bms-3'}).click();
  await page.locator('.story .timeline .k-fired').waitFor();
  await page.locator('.story').getByRole('button', {name: 'Acknowledge'}).click();
  await page.locator('dialog').getByRole('button', {name: 'Acknowledge'}).click();
  await page.locator('.story .timeline .k-acknowledged').waitFor();
  await becomes('who has it', () => rows(page).locator('.tag.acknowledged').allInnerTexts(), ['acknowledged: kim']);
  await page.locator('.story').getByRole('button', {name: 'Resolve'}).click();
  await page.locator('dialog').getByRole('button', {name: 'Resolve'}).click();
  await becomes('it is gone', () => rows(page).count(), 4);
  await page.locator('.story .timeline .k-resolved').waitFor();
  check((await page.locator('.story .tag').first().innerText()).endsWith('resolved'), await page.locator('.story .tag').first().innerText());

  // The address is the view: another browser sees the same story.
  const other = await open(browser, page.url());
  await other.page.locator('.story .timeline .k-resolved').waitFor();
  clean(other.faults);
  clean(faults);
  await close();
}

// A link of a message leads to the story.
async function link(browser, url) {
  await api(url, 'POST', '/v1/events', fault('l1', 'bms-1'), 'application/cloudevents+json');
  const [alert] = await api(url, 'GET', '/api/v2/alerts');
  const {page, faults} = await open(browser, `${url}/api/v1/history?alert=${alert.id}`);
  await page.locator('.story .timeline .k-fired').waitFor();
  check(page.url() === `${url}/alert?id=${alert.id}`, page.url());
  clean(faults);
}

async function redrive(browser, url) {
  const {page, faults} = await open(browser, `${url}/delivery`);
  const row = page.locator('table.data tr', {hasText: '403'}).last();
  await row.getByRole('button', {name: 'Dry run'}).click();
  await page.locator('[data-test=redriven]', {hasText: 'A redrive would do this: 2 sent again'}).waitFor();
  await cue('mend the receiver');
  await row.getByRole('button', {name: 'Redrive'}).click();
  await page.locator('[data-test=redriven]', {hasText: 'Done: 2 sent again'}).waitFor();
  await page.getByText('No dead letter').waitFor();
  await page.getByText('It adds up.').waitFor();
  clean(faults);
}

// The daemon goes and comes back: what is shown is marked as old meanwhile.
async function reconnect(browser, url) {
  const {page} = await open(browser, url);
  await page.locator('.live.streamed').waitFor();
  await cue('stop the daemon');
  await page.locator('.banner', {hasText: 'No answer from the daemon'}).waitFor();
  await page.locator('.live.bad').waitFor();
  await cue('start the daemon');
  await page.locator('.live.streamed').waitFor();
  check((await page.locator('.banner').count()) === 0, 'the banner stays');
}

async function token(browser, url) {
  const {page, faults} = await open(browser, url);
  for (const said of ['wrong', 'of-admin']) {
    await page.getByLabel('Token').fill(said);
    const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session') && answer.request().method() === 'POST');
    await page.getByRole('button', {name: 'Sign in'}).click();
    const status = (await answered).status();
    check(status === (said === 'wrong' ? 401 : 200), `${said}: ${status}`);
    if (said === 'wrong') await page.locator('.sign-in .fault').waitFor();
  }
  await page.getByText('Nothing fires').waitFor();
  for (const theme of ['light', 'dark']) {
    const other = await open(browser, url, {theme, width: theme === 'light' ? 390 : 1440});
    await other.page.getByLabel('Token').waitFor();
    const wrong = await axeFaults(other.page);
    check(wrong.length === 0, `sign-in, ${theme}: ${wrong.join('\n')}`);
    await other.close();
  }
  await page.reload();
  await page.getByText('Nothing fires').waitFor();
  check((await page.evaluate(() => sessionStorage.length + document.cookie.length)) === 0, 'a script can read who is signed in');
  await page.getByRole('button', {name: 'Sign out'}).click();
  await page.getByLabel('Token').waitFor();
  clean(signedOut(faults));
}

const HOSTILE = {
  html: '<img src=x onerror=alert(1)><script>alert(2)</script>',
  long: 'x'.repeat(10_000),
  rtl: '\u202Eevil \u05d0\u05d1\u05d2 \u2066',
  lines: 'a\nb\tc\u0000d',
  link: 'javascript:alert(3)',
  'na me"}{=~': '"quote\\ {}',
};

// Values show as text, and break no layout.
async function hostile(browser, url) {
  const alerts = Object.entries(HOSTILE).map(([kind, value]) => ({
    labels: {alertname: value.slice(0, 5000), severity: kind === 'html' ? '<b>critical</b>' : 'critical', [kind]: value, kind},
    annotations: {summary: value, description: value, runbook: value, runbook_url: HOSTILE.link, stage: value},
    endsAt: '2099-01-01T00:00:00Z',
  }));
  await api(url, 'POST', '/api/v2/alerts', alerts);
  for (const width of [390, 1440]) {
    const {page, faults, close} = await open(browser, `${url}/?cols=html,long,rtl`, {width});
    await becomes('rows', () => rows(page).count(), alerts.length);
    const sizes = await rows(page).evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().height)));
    check(new Set(sizes).size === 1, `rows of ${sizes.join()} pixels`);
    check((await page.locator('main img, main script').count()) === 0, 'a value became an element');
    for (const path of ['', 'timeline', 'timeline?as=table&by=long', 'events', 'events?show=unmatched', 'routing', 'history', 'rules', 'silences', 'delivery']) {
      if (path) await page.goto(`${url}/${path}`);
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      check(inner <= outer, `${path || 'now'} is ${inner} pixels wide in ${outer}`);
    }
    for (const {id, labels} of await api(url, 'GET', '/api/v2/alerts')) {
      await page.goto(`${url}/alert?id=${id}`);
      await page.locator('.story .timeline li').first().waitFor();
      const [inner, outer] = await page.locator('main').evaluate((one) => [one.scrollWidth, one.clientWidth]);
      check(inner <= outer, `the story of ${labels.kind} is ${inner} pixels wide in ${outer}`);
      check((await page.locator('a[href^="javascript"]').count()) === 0, 'a value became a link');
      const shown = await page.locator('.story .summary').evaluate((one) => one.textContent);
      check(shown === HOSTILE[labels.kind].replace('\u0000', shown.includes('\u0000') ? '\u0000' : '\ufffd'), `${labels.kind}: ${shown.slice(0, 200)}`);
    }
    // Silenced by its labels, whatever they are.
    await page.getByRole('button', {name: 'Silence', exact: true}).click();
    await page.getByText('Hides 1 of what fires now').waitFor();
    clean(faults);
    await close();
  }
}

async function accessible(browser, url) {
  const wrong = [];
  for (const theme of ['light', 'dark']) {
    for (const width of [390, 1440]) {
      const {page, faults, close} = await open(browser, url, {theme, width});
      const look = async (what) => wrong.push(...(await axeFaults(page)).map((one) => `${theme} ${width} ${what}: ${one}`));
      for (const view of VIEWS) {
        await page.goto(`${url}/${view}`);
        await page.locator('.live.good').first().waitFor();
        await page.waitForFunction(() => !document.querySelector('.nothing')?.textContent?.includes('Loading'));
        await look(view);
      }
      await page.goto(`${url}/?suppressed=1`);
      await rows(page).first().click();
      await page.locator('.story .timeline li').first().waitFor();
      await look('story');
      await page.locator('.story').getByRole('button', {name: 'Silence', exact: true}).click();
      await page.locator('[data-test=preview]').waitFor();
      await look('silence');
      clean(faults);
      await close();
    }
  }
  check(wrong.length === 0, wrong.join('\n'));
}

// The detectors of this test see what they are there for.
async function detectors(browser, url) {
  const {page, faults} = await open(browser, url);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    document.body.setAttribute('style', 'color: red');
    const image = document.createElement('img');
    image.src = 'http://127.0.0.1:9/x.png';
    document.body.append(image);
  });
  await becomes('violations', () => new Set(faults.filter((one) => one.startsWith('policy: ')).map((one) => one.split(' ')[1])).size, 3);
  check(!(await page.evaluate(() => window.ran)), 'an inline script ran');
  const found = await axeFaults(page);
  check(found.some((one) => one.startsWith('image-alt')), `axe does not see an image without a text: ${found.join('\n')}`);
}

// 20,000 alerts: rows that are seen are in the document, and no others.
async function many(browser, url) {
  const {page, faults} = await open(browser, `${url}/?cols=rack,server`);
  await becomes('what is counted', () => page.locator('.sum').innerText(), '20000 of 20000 firing');
  const inDocument = await rows(page).count();
  check(inDocument < 100, `${inDocument} rows are in the document`);
  const scrolled = await page.evaluate(async () => {
    const box = document.querySelector('.table-box');
    const began = performance.now();
    let frames = 0;
    for (let y = 0; y < 15_000; y += 300, ++frames) {
      box.scrollTop = y;
      await new Promise((done) => requestAnimationFrame(done));
    }
    return (frames * 1000) / (performance.now() - began);
  });
  await page.locator('.table-box').evaluate((box) => { box.scrollTop = box.scrollHeight; });
  await becomes('the last row', () => rows(page).last().getAttribute('aria-rowindex'), '20001');
  const filtered = await page.evaluate(async () => {
    const field = document.getElementById('filter');
    const took = [];
    for (const text of ['rack="r7"', 'server=~"s1.*"', '']) {
      const began = performance.now();
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
      field.dispatchEvent(new Event('input', {bubbles: true}));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      took.push(Math.round(performance.now() - began));
    }
    return took;
  });
  process.stdout.write(`20,000 alerts: ${Math.round(scrolled)} frames a second while scrolling, filtered within ${filtered.join(', ')} ms\n`);
  await page.locator('#filter').fill('rack="r7"');
  await becomes('what fits', () => page.locator('.sum').innerText(), '200 of 20000 firing');
  await page.locator('#filter').fill('');
  await page.getByRole('button', {name: 'Groups'}).click();
  await becomes('groups', () => rows(page).count().then((count) => count > 0 && count < 100), true);
  check((await names(page)).length === 0, 'groups are closed at first');
  clean(faults);
}

// A row a resource, its alert from its first event to its end; a click leads to the story, keys move and zoom.
async function timeline(browser, url) {
  for (let i = 1; i <= 3; ++i) await api(url, 'POST', '/v1/events', fault(`t${i}`, `bms-${i}`), 'application/cloudevents+json');
  const {page, faults} = await open(browser, `${url}/timeline?by=subject&span=1h`);
  const lanes = page.locator('.lane');
  await becomes('rows', () => page.locator('.lane-name').allInnerTexts().then((all) => all.map((one) => one.trim()).sort()), ['bms-1', 'bms-2', 'bms-3']);
  check((await lanes.locator('path.f-warning, path.f-critical, path.f-major').count()) === 3, 'a row without its span');

  // Silenced: marked in its row alone.
  const silence = {matchers: [{name: 'subject', value: 'bms-2', isRegex: false}], startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString(), createdBy: 'kim', comment: 'c'};
  await api(url, 'POST', '/api/v2/silences', silence);
  await page.reload();
  await becomes('rows with a silence', () => lanes.evaluateAll((all) => all.filter((one) => one.querySelector('path.quieted').getAttribute('d') !== '').map((one) => one.innerText.trim())), ['bms-2']);
  await becomes('bands of silences', () => page.locator('.m-silence').count(), 1);

  const before = await page.locator('.axis text').allInnerTexts();
  await page.locator('.lanes').focus();
  await page.keyboard.press('+');
  await becomes('zoomed', async () => JSON.stringify(await page.locator('.axis text').allInnerTexts()) !== JSON.stringify(before), true);
  await page.waitForURL(/span=42m/);
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/to=20/);
  await page.getByRole('button', {name: 'Now', exact: true}).click();
  const box = await page.locator('.lane', {hasText: 'bms-3'}).locator('svg[role=img]').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 200, box.y + 12, {steps: 4});
  await page.mouse.up();
  await page.waitForURL(/to=20/);
  check(!new URL(page.url()).searchParams.get('id'), 'a drag opened a story');
  await page.getByRole('button', {name: 'Now', exact: true}).click();
  await page.waitForURL((address) => !address.searchParams.get('to'));
  const span = await page.locator('.lane', {hasText: 'bms-3'}).locator('path.f-warning, path.f-critical, path.f-major').first().boundingBox();
  await page.mouse.click(span.x + span.width / 2, span.y + span.height / 2);
  await page.locator('.story .timeline .k-fired').waitFor();

  // The bridge stops, starts, dies and starts: in order, in words, and where it did not run.
  await cue('restart and kill the daemon');
  await becomes('what happened to it', () => page.locator('.bridge li').evaluateAll((all) => all.map((one) => one.lastChild.textContent.trim().replace(/ for .*/, '')).filter((one) => !one.startsWith('reload, rules '))),
    ['start', 'the bridge was not running', 'died', 'start', 'the bridge was not running', 'stop', 'start']);
  for (const [kind, count] of [['start', 3], ['stop', 1], ['death', 1]]) check((await page.locator(`.axis .m-${kind}`).count()) === count, `${count} marks of a ${kind}: ${await page.locator('.axis svg').innerHTML()}`);
  check((await page.locator('.axis .m-reload').count()) > 0, 'the first rules are marked');
  check((await page.locator('.axis .m-gap').count()) === 2, 'the gaps are shaded');
  check((await lanes.first().locator('.m-gap').count()) === 2, 'the gaps are shaded in each row');
  check((await page.locator('.legend').innerText()).includes('the bridge was not running'), await page.locator('.legend').innerText());

  // The same as a table, for who reads.
  await page.getByRole('checkbox', {name: 'as a table'}).check();
  await becomes('the table', () => page.locator('table.data tbody tr').count(), 3);
  clean(away(faults));
}

// The stream as it comes, without asking; what each rule made of an event.
async function events(browser, url) {
  const {page, faults} = await open(browser, `${url}/events`);
  const asked = [];
  page.on('request', (request) => asked.push(request.url().slice(url.length)));
  const types = () => page.locator('tbody button.link').allInnerTexts();
  await page.getByText('The journal holds no event.').waitFor();
  await page.locator('.bar .live.good').waitFor();
  // From here on nothing can be read but the stream.
  await page.route(/api\/v1\/(events\?|status)/, (route) => route.abort('aborted'));
  asked.length = 0;
  await api(url, 'POST', '/v1/events', fault('m1', 'bms-1'), 'application/cloudevents+json');
  await api(url, 'POST', '/v1/events', {...fault('m2', 'bms-2'), type: 'fanSlow'}, 'application/cloudevents+json');
  await becomes('events', types, ['fanSlow', 'linkDown']);
  check(!asked.some((one) => one.startsWith('/api/v1/events?')), `events were asked for: ${asked.join(' ')}`);
  await page.unrouteAll();

  // Paused: what comes is counted, and shown when it goes on.
  await page.getByRole('button', {name: 'Pause'}).click();
  await api(url, 'POST', '/v1/events', {...fault('m3', 'bms-3'), type: 'fanSlow'}, 'application/cloudevents+json');
  await page.locator('.bar .live', {hasText: /paused: [1-9]/}).waitFor();
  check((await types()).length === 2, 'it goes on while it is paused');
  await page.waitForURL(/follow=0/);
  await page.getByRole('button', {name: 'Pause'}).click();
  await becomes('what came meanwhile', types, ['fanSlow', 'fanSlow', 'linkDown']);

  // The daemon looks for what is wanted.
  asked.length = 0;
  await page.locator('#filter').fill('subject="bms-2"');
  await page.locator('#filter').press('Escape');
  await page.getByRole('button', {name: 'matched nothing'}).click();
  await becomes('what matched nothing', types, ['fanSlow']);
  await becomes('what the daemon was asked for', async () => asked.some((one) => /events\/stream\?from=\d+&unmatched=true&subject=bms-2/.test(one)), true);
  await becomes('what was read with the filter', async () => asked.some((one) => /events\?from=\d+&limit=\d+&unmatched=true&subject=bms-2/.test(one)), true);
  await page.locator('tbody button.link').click();
  const missed = page.locator('.verdict', {hasText: 'type would have to be'}).first();
  await missed.waitFor();
  check(asked.some((one) => /explain\?offset=\d+&all=true/.test(one)), `it was not explained by its offset: ${asked.join(' ')}`);
  check((await missed.innerText()).includes('"linkDown", it is "fanSlow"'), await missed.innerText());
  const other = await open(browser, page.url());
  await other.page.locator('.verdict', {hasText: 'type would have to be'}).first().waitFor();
  clean(other.faults);
  await page.getByRole('button', {name: 'all', exact: true}).click();
  await page.locator('#filter').fill('subject="bms-1"');
  await page.locator('#filter').press('Escape');  // what is offered covers the rows
  await becomes('what fits', () => page.locator('tbody button.link').allInnerTexts(), ['linkDown']);
  await page.locator('tbody button.link').click();
  await page.locator('.verdict.yes').first().waitFor();

  const refused = await fetch(`${url}/v1/events`, {method: 'POST', headers: {'Content-Type': 'application/cloudevents+json'}, body: '{"specversion": "1.0", <b>'});
  check(refused.status === 400, `refused with ${refused.status}`);
  await page.locator('#filter').fill('');
  await page.locator('#filter').press('Escape');
  await page.getByRole('button', {name: 'refused'}).click();
  await page.locator('.letters li', {hasText: 'bad_json'}).waitFor();
  await page.getByText('Body', {exact: true}).click();
  await page.locator('pre', {hasText: '<b>'}).waitFor();
  // Another one comes by itself, and the list is asked for once.
  asked.length = 0;
  await fetch(`${url}/v1/events`, {method: 'POST', headers: {'Content-Type': 'application/cloudevents+json'}, body: '{"id": "x"}'});
  await page.locator('.letters li', {hasText: 'missing_attribute'}).waitFor();
  check(asked.filter((one) => one.startsWith('/api/v1/rejected')).length === 1, asked.join(' '));
  clean(faults);
}

// Whom a set of labels reaches and why, and a test alert on the same way; groups as routed.
async function routing(browser, url) {
  const {page, faults} = await open(browser, `${url}/routing`);
  const names = () => page.locator('[data-test=reached] b').allInnerTexts();
  await becomes('without labels', names, ['team']);
  await page.locator('#filter').fill('Down, severity=critical');
  await page.locator('#filter').press('Escape');
  await becomes('a critical one', names, ['oncall', 'fleet']);
  check((await page.locator('.route.failed').innerText()).includes('it is critical'), await page.locator('.routes').innerText());
  await page.getByRole('button', {name: 'Send a test alert …'}).click();
  await page.locator('dialog', {hasText: 'oncall, fleet'}).getByRole('button', {name: 'Send a test alert'}).click();
  await page.getByRole('link', {name: 'What became of test alerts'}).click();
  await becomes('the test alert', () => rows(page).count(), 1);
  check((await rows(page).first().innerText()).includes('A test: nothing is broken'), await rows(page).first().innerText());
  check((await rows(page).first().innerText()).includes('reaches nobody'), await rows(page).first().innerText());
  await page.getByRole('button', {name: 'As routed'}).click();
  await becomes('its groups', () => page.locator('tr.group .pair bdi').allInnerTexts().then((all) => all.filter((one) => ['oncall', 'fleet'].includes(one)).sort()), ['fleet', 'oncall']);
  clean(faults);
}

// A view that is saved, notifications that were asked for, and a screen on a wall.
async function desk(browser, url) {
  const {page, faults} = await open(browser, url);
  await page.addInitScript(() => {
    window.shown = [];
    window.Notification = class { static permission = 'granted'; static requestPermission = async () => 'granted'; constructor(title, {body}) { window.shown.push(`${title} ${body}`); } };
  });
  await page.goto(url);
  await page.locator('#filter').fill('subject=~"bms-[12]"');
  await page.locator('#filter').press('Escape');
  await page.getByRole('button', {name: 'Save as default'}).click();
  await page.goto(url);
  await page.waitForURL(/q=subject/);
  await page.getByRole('button', {name: 'Notify me'}).click();
  await page.locator('button[aria-pressed=true]', {hasText: 'Notify me'}).waitFor();
  await page.locator('.live.good').waitFor();
  const posted = ['bms-1', 'bms-9'].map((subject) => ({labels: {alertname: 'Hot', severity: 'critical', subject}, annotations: {summary: `${subject} is hot`}, endsAt: '2099-01-01T00:00:00Z'}));
  await api(url, 'POST', '/api/v2/alerts', posted);
  await becomes('notifications', () => page.evaluate(() => window.shown), ['critical: Hot bms-1 is hot']);
  await page.goto(`${url}/?wall=1`);
  await becomes('the wall', () => page.locator('.wall li').count(), 2);
  check((await page.locator('header, nav, input').count()) === 0, 'a wall needs no hand');
  clean(faults);
}

// A rule: its text and place, what of it fires, when it last did.
async function rule(browser, url) {
  await api(url, 'POST', '/v1/events', fault('r1', 'bms-1'), 'application/cloudevents+json');
  const [{rule: name}] = await api(url, 'GET', '/api/v2/alerts');
  const {page, faults} = await open(browser, `${url}/rules?q=${name}`);
  await page.getByRole('button', {name}).first().click();
  await page.locator('.story pre', {hasText: name}).waitFor();
  await page.locator('.story dd', {hasText: /^20\d\d-/}).waitFor();
  await cue('add a rule');
  await page.getByRole('button', {name: 'Reload'}).click();
  await page.locator('.toast', {hasText: /^Reloaded: .*1 added/}).waitFor();
  await cue('break a rule');
  await page.getByRole('button', {name: 'Reload'}).click();
  await page.locator('.toast.bad', {hasText: 'nothing changed'}).waitFor();
  clean(faults.filter((one) => !one.includes('status of 400')));
}

// The ledger as a picture: its parts add up, and a drop leads to what was dropped.
async function ledger(browser, url) {
  await api(url, 'POST', '/v1/events', fault('g1', 'bms-1'), 'application/cloudevents+json');
  await api(url, 'POST', '/v1/events', {...fault('g2', 'bms-2'), type: 'fanSlow'}, 'application/cloudevents+json');
  const {page, faults} = await open(browser, `${url}/delivery`);
  await becomes('the second step', async () => (await page.locator('.flow-picture figcaption p').nth(1).innerText()).replace(/ \+ still.*/, ''), 'Accepted 2 = matched a rule 1 + matched nothing 1');
  check((await page.locator('.flow-picture .bad').count()) === 0 || !(await page.locator('.flow-picture figcaption').innerText()).includes('missing'), 'it does not add up');
  await page.getByRole('link', {name: 'matched nothing 1'}).click();
  await becomes('what was dropped', () => page.locator('tbody button.link').allInnerTexts(), ['fanSlow']);
  clean(faults);
}

// A rule is changed in the playground, its tests run, and a backtest says what the change would have done.
async function playground(browser, url) {
  for (const subject of ['bms-1', 'bms-2']) await api(url, 'POST', '/v1/events', fault(`p-${subject}`, subject), 'application/cloudevents+json');
  const [{rule: name}] = await api(url, 'GET', '/api/v2/alerts');
  const {page, faults} = await open(browser, `${url}/rules?q=${name}`);
  await page.getByRole('button', {name}).first().click();
  await page.getByRole('link', {name: 'Try a change'}).click();
  const rules = page.getByLabel('Rules: this file');
  await becomes('the file in force', async () => (await rules.inputValue()).includes(name), true);
  await page.getByLabel('Event, in any format').fill(JSON.stringify(fault('p3', 'bms-3')));
  await page.locator('[data-test=matches] li', {hasText: name}).waitFor();
  for (const theme of ['light', 'dark']) {
    const other = await open(browser, page.url(), {theme, width: theme === 'light' ? 390 : 1440});
    await other.page.getByLabel('Event, in any format').fill(JSON.stringify(fault('p4', 'bms-4')));
    await other.page.locator('[data-test=matches] li', {hasText: name}).waitFor();
    const wrong = await axeFaults(other.page);
    check(wrong.length === 0, `the playground, ${theme}: ${wrong.join('\n')}`);
    clean(other.faults.filter((one) => !one.includes('status of 429')));
    await other.close();
  }
  const text = await rules.inputValue();
  await rules.fill(text.replaceAll('linkDown', 'linkLost'));
  await becomes('nothing matches', () => page.locator('[data-test=matches] li').allInnerTexts(), []);

  // A rule of the file of which the event passes no test is listed, too.
  await rules.fill(`${text}\n  - {alert: FarAway, match: {source: [nobody], type: [nothing]}, resolve_after: 1h}\n`);
  await page.locator('[data-test=far] li', {hasText: 'FarAway'}).waitFor();
  await rules.fill(text.replaceAll('linkDown', 'linkLost'));
  await becomes('it is gone', () => page.locator('[data-test=far] li', {hasText: 'FarAway'}).count(), 0);

  // A backtest shows how far it is, and is cancelled: here it stands still until it is.
  const cancelled = [];
  await page.route(/api\/v1\/backtest\//, async (route) => {
    const id = route.request().url().split('/').pop();
    if (route.request().method() === 'DELETE') cancelled.push(id);
    if (route.request().method() === 'DELETE') await route.continue();
    else if (cancelled.length > 0) await route.fulfill({json: {id, state: 'cancelled', progress: {records: 2, share: 0.4}}});
    else await route.fulfill({json: {id, state: 'running', progress: {records: 2, share: 0.4}}});
  });
  const begun = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/backtest') && answer.request().method() === 'POST');
  await page.getByRole('button', {name: 'Backtest'}).click();
  const {id: job} = await (await begun).json();
  await page.locator('progress[value="40"]').waitFor();
  await page.locator('.play').getByRole('button', {name: 'Cancel'}).click();
  await becomes('what is cancelled', async () => cancelled, [job]);
  await becomes('the progress', () => page.locator('progress').count(), 0);
  await page.locator('.play [role=status]', {hasText: 'cancelled'}).waitFor();
  await page.unrouteAll();
  await page.getByRole('button', {name: 'Backtest'}).click();
  await page.locator('[data-test=backtest]', {hasText: '0 alerts added, 2 removed'}).waitFor();
  await becomes('the charts of alerts and pages', () => page.locator('.play figure svg[role=img]').count(), 2);
  await rules.fill(`${text}\n  - {alert: [`);
  await page.locator('.verdict.bad').first().waitFor();
  clean(faults);
}

// What happens is seen without asking: nothing but the stream can be read.
async function live(browser, url) {
  const {page, faults} = await open(browser, url);
  await page.locator('.live.streamed').waitFor();
  await page.getByText('Nothing fires').waitFor();
  const asked = [];
  await page.route(/api\/v(1\/status|2\/alerts)/, (route) => {
    asked.push(route.request().url());
    return route.abort('aborted');
  });
  for (let i = 1; i <= 3; ++i) await api(url, 'POST', '/v1/events', fault(`l${i}`, `bms-${i}`), 'application/cloudevents+json');
  await becomes('rows', () => rows(page).count(), 3);

  // Somebody else makes a silence, and ends it.
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const {silenceID} = await api(url, 'POST', '/api/v2/silences', {matchers: [{name: 'subject', value: 'bms-2', isRegex: false}], startsAt: new Date().toISOString(), endsAt: until, createdBy: 'kim', comment: 'c'});
  await becomes('rows that are not silenced', () => rows(page).count(), 2);
  await api(url, 'DELETE', `/api/v2/silence/${silenceID}`);
  await becomes('rows', () => rows(page).count(), 3);

  // A silence for what a number counts.
  await page.locator('.counts').getByRole('button', {name: /^Silence severity=/}).first().click();
  check((await page.locator('dialog input[role=combobox]').inputValue()).includes('severity='), await page.locator('dialog input').first().inputValue());
  await page.locator('dialog').getByRole('button', {name: 'Cancel'}).click();
  await page.locator('.top[aria-label=subject]').getByRole('button', {name: 'Silence subject=bms-3'}).click();
  await becomes('its matchers', () => page.locator('dialog input[role=combobox]').inputValue(), 'subject="bms-3"');
  await page.locator('[data-test=preview]', {hasText: 'Hides 1 '}).waitFor();
  clean(faults);
}

// More tabs than a browser has connections to a host: those that nobody looks at hold none.
async function tabs(browser, url) {
  const {page, faults} = await open(browser, url);
  const context = page.context();
  await context.addInitScript(() => {
    let hidden = true;
    Object.defineProperty(document, 'hidden', {get: () => hidden});
    window.show = (on) => {
      hidden = !on;
      document.dispatchEvent(new Event('visibilitychange'));
    };
  });
  const others = [];
  for (let i = 0; i < 8; ++i) {
    const tab = await context.newPage();
    await tab.goto(url);
    await tab.evaluate(() => window.show(true));
    await tab.locator('.live.streamed').waitFor();
    await tab.evaluate(() => window.show(false));
    others.push(tab);
  }
  await api(url, 'POST', '/v1/events', fault('t1', 'bms-1'), 'application/cloudevents+json');
  await becomes('rows of the tab that is seen', () => rows(page).count(), 1);
  for (const tab of others) {
    await tab.evaluate(() => window.show(true));
    await tab.locator('.live.streamed').waitFor();
    await becomes('rows of a tab that is seen again', () => rows(tab).count(), 1);
    await tab.evaluate(() => window.show(false));
  }
  clean(faults);
}

// A test notification to one receiver, and what its target answered.
async function receiver(browser, url) {
  const {page, faults} = await open(browser, `${url}/routing`);
  const sent = async (answer) => {
    await page.getByRole('button', {name: 'Send a test notification to test'}).click();
    await page.locator('dialog').getByRole('button', {name: 'Send'}).click();
    await page.locator('dialog [data-test=answers] li', {hasText: answer}).waitFor();
    await page.locator('dialog').getByRole('button', {name: 'Close'}).click();
  };
  await sent('delivered');
  await cue('break the receiver');
  await sent(/not delivered.*403/);
  clean(faults);
}

// What somebody says about an alert stands in its story, and a viewer can change nothing.
async function viewer(browser, url) {
  const alerts = async () => (await fetch(`${url}/api/v2/alerts`, {headers: {Authorization: 'Bearer of-admin'}})).json();
  await becomes('an alert', async () => (await alerts()).length, 1);
  const [{id}] = await alerts();
  const all = [];
  const signedIn = async (fields) => {
    const {page, faults} = await open(browser, `${url}/alert?id=${id}`);
    all.push(faults);
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, {exact: true}).fill(value);
    await page.getByRole('button', {name: 'Sign in'}).click();
    await page.locator('.story h1, .story h2').first().waitFor();
    return page;
  };
  const admin = await signedIn({Token: 'of-admin'});
  await admin.getByLabel('Comment').fill('<b>card ordered</b>');
  await admin.getByRole('button', {name: 'Comment'}).click();
  await admin.locator('.story', {hasText: '<b>card ordered</b>'}).waitFor();
  const view = await signedIn({Name: 'vi', Password: 'secret'});
  await view.locator('.story', {hasText: '<b>card ordered</b>'}).waitFor();
  await view.getByText('may look only').waitFor();
  check((await view.getByRole('button', {name: /Acknowledge|Resolve|Silence|Comment/}).count()) === 0, 'a viewer is offered a change');
  clean(signedOut(all.flat()));
}

async function chinese(browser, url) {
  const {page, faults} = await open(browser, url, {locale: 'zh-CN'});
  await page.getByRole('link', {name: '静默'}).waitFor();
  check((await page.evaluate(() => document.documentElement.lang)) === 'zh-CN', 'the language is not said');
  await page.getByRole('button', {name: 'English'}).click();
  await page.getByRole('link', {name: 'Silences'}).waitFor();
  clean(faults);
}

await main({live, tabs, receiver, playground, viewer, timeline, events, routing, desk, rule, ledger, care, link, redrive, reconnect, token, hostile, accessible, detectors, many, chinese});
