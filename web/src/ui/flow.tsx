// The ledger as a picture: from what was received to what was delivered; the parts of each step add up to it, each drop with its reason.
import type {Ledger} from '../api/types';
import {flowOf, type Part} from '../lib/flow';
import {t, word, type Key} from '../lib/texts';
import {go} from '../lib/url';
import {Link} from './link';

const WIDTH = 1000;
const BAR = 26;
const GAP = 34;

function title(step: string, part: Part): string {
  const key = `flow.${part.name}`;
  const said = word('flow', part.name) === part.name ? word('why', part.name) : t(key as Key);
  return `${t(`flow.step.${step}` as Key)}: ${said} ${part.count}`;
}

export function Flow({ledger}: {ledger: Ledger}) {
  const steps = flowOf(ledger);
  const height = steps.length * (BAR + GAP) - GAP;
  return (
    <figure class="flow-picture">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {steps.map((step, row) => {
          const y = row * (BAR + GAP);
          const scale = step.total > 0 ? WIDTH / step.total : 0;
          let x = 0;
          return step.parts.filter((part) => part.count > 0).map((part) => {
            const width = Math.max(2, part.count * scale);
            const from = x;
            x += part.count * scale;
            return (
              <g key={`${step.name} ${part.name}`} class={`part ${part.kind}`} onClick={() => { if (part.to) go(part.to.view, part.to.params); }}>
                <rect x={from} y={y} width={width} height={BAR}><title>{title(step.name, part)}</title></rect>
                {part.kind === 'on' && row + 1 < steps.length && <path class="ribbon" d={`M${from} ${y + BAR}L0 ${y + BAR + GAP}H${WIDTH}L${from + width} ${y + BAR}z`} />}
              </g>
            );
          });
        })}
      </svg>
      <figcaption>
        {steps.map((step) => (
          <p key={step.name}><b>{t(`flow.step.${step.name}` as Key)} {step.total}</b> = {step.parts.filter((part) => part.count > 0 || part.kind === 'on').map((part, at) => (
            <span key={part.name} class={`said-part ${part.kind}`}>{at > 0 && ' + '}{part.to && part.count > 0 ? <Link to={part.to.view} params={part.to.params}>{partName(part)} {part.count}</Link> : <>{partName(part)} {part.count}</>}</span>
          ))}{step.rest !== 0 && <b class="bad"> ({t('flow.rest', step.rest)})</b>}</p>
        ))}
      </figcaption>
    </figure>
  );
}

function partName(part: Part): string {
  const said = word('flow', part.name);
  return said === part.name ? word('why', part.name) : said;
}
