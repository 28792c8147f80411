// Days of a backtest as pairs of bars.

export interface Day {day: string; alerts_before: number; alerts_after: number; pages_before: number; pages_after: number}
export interface DayBar {day: string; x: number; width: number; before: number; after: number; was: number; will: number; label: boolean}

const LABEL = 44;  // pixels that a date takes

export function dayBars(days: readonly Day[], kind: 'alerts' | 'pages', width: number, height: number): {bars: DayBar[]; most: number} {
  const values = days.map((one) => [one[`${kind}_before`], one[`${kind}_after`]] as const);
  const most = Math.max(1, ...values.flat());
  const each = width / Math.max(1, days.length);
  const step = Math.max(1, Math.ceil(LABEL / each));
  return {
    most,
    bars: days.map(({day}, at) => {
      const [was = 0, will = 0] = values[at] ?? [];
      return {day, x: at * each, width: Math.min(40, each * 0.4), before: (was / most) * height, after: (will / most) * height, was, will, label: at % step === 0};
    }),
  };
}
