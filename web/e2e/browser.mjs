// Debian's Chromium, driven by playwright-core, which brings no browser of its own.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {chromium} from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE = 120_000; // until a test gives up; nothing passes because of it

const lines = createInterface({input: process.stdin})[Symbol.asyncIterator]();

/** The test that started us (tests/e2e/page_test.py) does something, and says when it is done. */
export async function cue(what) {
  process.stdout.write(`cue ${what}\n`);
  await lines.next();
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

/**
 * A page, and what went wrong on it: errors of the console and of scripts, requests that failed,
 * violations of the content policy.
 */
export async function open(browser, url, {theme = 'light', width = 1440, height = 900, locale = 'en-GB', reducedMotion = 'reduce'} = {}) {
  const context = await browser.newContext({colorScheme: theme, viewport: {width, height}, locale, reducedMotion});
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (fault) => faults.push(`script: ${fault.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('requestfailed', (request) => {
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${request.failure()?.errorText}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) faults.push(`external: ${request.url()}`);
  });
  await page.exposeFunction('violated', (what) => faults.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => window.violated(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(url);
  await page.locator('main, .sign-in').first().waitFor();
  return {page, faults, close: () => context.close()};
}

/** What axe finds, in a line each. */
export async function axeFaults(page) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => window.axe.run(document, {resultTypes: ['violations']}));
  return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any.map((any) => any.message).join('; ')}`).join(' | ')}`);
}

/** Waits until `value()` is `want`. */
export async function becomes(what, value, want) {
  const end = Date.now() + PATIENCE;
  let seen;
  for (; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
    seen = await value();
    if (JSON.stringify(seen) === JSON.stringify(want)) return;
  }
  throw new Error(`never: ${what} is ${JSON.stringify(want)}; it was ${JSON.stringify(seen)}`);
}

export async function api(url, method, path, body, type = 'application/json') {
  const answer = await fetch(url + path, {method, headers: body === undefined ? {} : {'Content-Type': type}, ...(body === undefined ? {} : {body: JSON.stringify(body)})});
  const text = await answer.text();
  check(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** Runs one of the scenarios: `node x.mjs NAME URL`. */
export async function main(scenarios) {
  const [name, url] = process.argv.slice(2);
  const browser = await chromium.launch({executablePath: process.env.ALARUM_CHROMIUM, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']});
  try {
    await scenarios[name](browser, url);
  } catch (fault) {
    process.stdout.write(`failed ${fault.stack}\n`);
    process.exitCode = 1;
  }
  await browser.close();
  process.stdin.destroy();
}
