"""A real CloudEvents client, npm `cloudevents@8`, delivers in its three modes."""
import json
import pathlib
import subprocess

from harness import Daemon, main, plain_rules, temporary

SCRIPT = """
const {CloudEvent, HTTP} = require('cloudevents');
const url = process.argv[2];
const make = (id) => new CloudEvent({id, source: 'SYS.BMS', type: 'linkDown', subject: 'bms-' + id, data: {n: 1}, extra: 'x'});
const post = async (message) => {
  const answer = await fetch(url, {method: 'POST', headers: message.headers, body: message.body});
  if (answer.status !== 200) throw new Error(answer.status + ' ' + await answer.text());
};
(async () => {
  await post(HTTP.binary(make('binary')));
  await post(HTTP.structured(make('structured')));
  const batch = [make('batch-1'), make('batch-2')].map((event) => event.toJSON());
  await post({headers: {'content-type': 'application/cloudevents-batch+json'}, body: JSON.stringify(batch)});
})().catch((fault) => { console.error(fault); process.exit(1); });
"""


def the_npm_client_delivers_in_three_modes():
    with temporary() as folder:
        (pathlib.Path(folder) / "send.js").write_text(SCRIPT)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", folder, "cloudevents@8"], check=True)
        with Daemon(folder, rules=plain_rules(folder)) as daemon:
            subprocess.run(["node", "send.js", daemon.url + "/v1/events"], check=True, cwd=folder)
            daemon.settled()
            alerts = json.loads(daemon.request("GET", "/api/v2/alerts")[2])
            subjects = sorted(alert["labels"]["subject"] for alert in alerts)
            assert subjects == ["bms-batch-1", "bms-batch-2", "bms-binary", "bms-structured"], subjects


if __name__ == "__main__":
    main([the_npm_client_delivers_in_three_modes])
