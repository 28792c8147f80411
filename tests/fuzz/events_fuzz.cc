#include <cstdint>
#include <cstdlib>

#include "ingest/ces.h"
#include "ingest/cloudevents.h"
#include "ingest/lines.h"
#include "model/flat_event.h"
#include "tests/fuzz/target.h"

// One text through every reader of what senders write. What must hold: no crash, no hang, and an
// event that was taken survives its own journal form and can be flattened.
namespace fuzz::events_target {

using namespace alarum;

void check(const model::Event& event) {
  const auto again = model::Event::decode(event.bytes());
  must(again.has_value() && again->bytes() == event.bytes() && !event.id().empty() &&
       !event.source().empty());
  (void)model::FlatEvent::of(event);
}

void as_lines(std::string_view text) {
  ingest::Lines lines(64);
  const auto half = text.size() / 2;
  const auto drain = [&] {
    while (const auto line = lines.next()) must(line->too_long || line->text.size() <= 64);
  };
  lines.feed(std::string(text.substr(0, half)));
  drain();
  lines.feed(std::string(text.substr(half)));
  drain();
  lines.end();
  drain();
}

}  // namespace fuzz::events_target

ALARUM_FUZZ(events) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto event = ingest::decode_structured(text, "fuzz")) check(*event);
  if (const auto batch = ingest::decode_batch(text, "fuzz")) {
    for (const auto& event : *batch) {
      if (event) check(*event);
    }
  }
  for (const bool strict : {false, true}) {
    const auto items =
        ingest::decode_ces(text, "p", "fuzz", strict, Time(Duration(1'700'000'000'000'000)));
    if (!items) continue;
    for (const auto& item : *items) check(item.event);
  }
  const auto half = text.substr(0, size / 2);
  const auto event = ingest::decode_binary({{"ce-specversion", "1.0"},
                                            {"ce-id", "1"},
                                            {"ce-source", "s"},
                                            {"ce-type", std::string(half)},
                                            {"content-type", "application/json"}},
                                           text.substr(size / 2), "fuzz");
  if (event) check(*event);
  as_lines(text);
  return 0;
}
