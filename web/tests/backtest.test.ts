import {expect, test} from 'vitest';
import {dayBars} from '../src/lib/backtest';

const day = (at: number, before: number, after: number) => ({day: `2026-11-${at}`, alerts_before: before, alerts_after: after, pages_before: 0, pages_after: 0});

test('bars are as high as the day with the most', () => {
  const {bars, most} = dayBars([day(10, 10, 5), day(11, 0, 20)], 'alerts', 100, 50);
  expect(most).toBe(20);
  expect(bars.map(({x, before, after}) => [x, before, after])).toEqual([[0, 25, 12.5], [50, 0, 50]]);
  expect(dayBars([day(10, 9, 9)], 'pages', 100, 50).most).toBe(1);
});

test('dates do not run into each other', () => {
  const many = Array.from({length: 30}, (_, at) => day(at + 1, 1, 1));
  expect(dayBars(many, 'alerts', 600, 90).bars.filter((one) => one.label).length).toBe(10);
});
