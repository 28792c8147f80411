// A test notification to one receiver: each of its targets gets a message that is marked as a test, and what each answered is shown.
import {useSignal} from '@preact/signals';
import {post} from '../api/client';
import {t} from '../lib/texts';
import {Dialog} from './dialog';
import {messageOf} from './toast';

interface Tested {target: string; delivered: boolean; detail: string; answer?: string}

const PATIENCE = 90_000;  // the daemon answers within a minute

export function ReceiverTest({name, onClose}: {name: string; onClose: () => void}) {
  const busy = useSignal(false);
  const fault = useSignal('');
  const answers = useSignal<Tested[] | undefined>(undefined);
  const submit = async () => {
    if (answers.value) {
      onClose();
      return;
    }
    busy.value = true;
    fault.value = '';
    try {
      answers.value = await post<Tested[]>(`api/v1/receivers/${encodeURIComponent(name)}/test`, undefined, undefined, PATIENCE);
    } catch (said) {
      fault.value = messageOf(said);
    }
    busy.value = false;
  };
  const list = answers.value;
  return (
    <Dialog title={t('receiver.test.title', name)} action={t(list ? 'close' : 'receiver.test.go')} busy={busy.value} onClose={onClose} onSubmit={() => void submit()}>
      {!list && <p>{t('receiver.test.text')}</p>}
      <div aria-live="polite" data-test="answers">
        {busy.value && <p>{t('receiver.test.wait')}</p>}
        {fault.value && <p class="fault"><bdi>{fault.value}</bdi></p>}
        {list?.length === 0 && <p>{t('receiver.test.none')}</p>}
        {list && <ul class="plain">{list.map((one) => (
          <li key={one.target} class={`verdict ${one.delivered ? 'yes' : 'bad'}`}><b><bdi>{one.target}</bdi></b> {t(one.delivered ? 'outcome.delivered' : 'receiver.test.failed')}: <bdi>{one.detail}</bdi>{one.answer && <> · <bdi>{one.answer}</bdi></>}</li>
        ))}</ul>}
      </div>
    </Dialog>
  );
}
