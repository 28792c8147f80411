// Grafana's webhook contact point: the body of Alertmanager's webhook, with values and links of its
// own in each alert (docs/monitors.md).
#include "ingest/push/alertmanager.h"
#include "ingest/push/named_decoder.h"

namespace alarum::ingest {

NamedDecoder grafana_decoder() {
  return {"grafana",
          [](const http::Request& request, std::string_view body, Time now) {
            return decode_alertmanager(body, request.peer, now, "grafana");
          },
          model::Format::alertmanager};
}

}  // namespace alarum::ingest
