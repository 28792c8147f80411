import {effect} from '@preact/signals';
import {render} from 'preact';
import {startLive} from './api/live';
import {App} from './app';
import {language} from './lib/settings';
import {startNotifying} from './lib/notify';
import {startRouting} from './lib/url';

startRouting();
startLive();
startNotifying();
effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});
const root = document.getElementById('app');
// What stands in index.html is seen at once; a tab that is not seen has no frames.
const draw = () => {
  root?.replaceChildren();
  if (root) render(<App />, root);
};
if (document.hidden) draw();
else requestAnimationFrame(() => setTimeout(draw));
