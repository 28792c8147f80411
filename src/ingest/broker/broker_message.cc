#include "ingest/broker/broker_message.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace alarum::ingest {

std::size_t BrokerMessage::size() const {
  auto bytes = payload.size();
  for (const auto& [name, value] : attributes) bytes += name.size() + value.size();
  return bytes;
}

Result<std::vector<Decoded>> decode_message(const BrokerMessage& message, const Decoder& decoder,
                                            Time now, const Decoder::NewId& new_id) {
  if (message.size() > decoder.longest())
    return fail("event_too_large",
                fmt::format("longer than the {} bytes of limits.event", decoder.longest()));
  const bool structured = lowered(message.media_type).starts_with("application/cloudevents");
  const bool binary = std::ranges::any_of(
      message.attributes, [](const auto& one) { return one.first == "specversion"; });
  if (!structured && !binary) {
    int number = 0;  // of the event in its message
    const auto id = [&] {
      if (message.id.empty()) return new_id();
      return message.id + (number++ == 0 ? "" : fmt::format("/{}", number));
    };
    return decoder.decode(message.payload, message.sender, now, id);
  }
  auto event = structured ? decode_structured(message.payload, message.sender)
                          : decode_attributes(message.attributes, message.media_type,
                                              message.payload, message.sender);
  std::vector<Decoded> events;
  events.push_back(decoder.limited(std::move(event)));
  return events;
}

std::vector<std::vector<model::Event>> runs_of_one_format(std::vector<model::Event> events) {
  std::vector<std::vector<model::Event>> runs;
  for (auto& event : events) {
    if (runs.empty() || runs.back().back().format() != event.format()) runs.emplace_back();
    runs.back().push_back(std::move(event));
  }
  return runs;
}

}  // namespace alarum::ingest
