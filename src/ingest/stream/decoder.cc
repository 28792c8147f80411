#include "ingest/stream/decoder.h"

#include <fmt/format.h>

#include "ingest/push/json.h"
#include "ingest/push/redfish.h"
#include "ingest/settle.h"
#include "ingest/stream/syslog.h"

namespace alarum::ingest {
namespace {

using config::LineFormat;

Result<std::vector<Decoded>> one(Decoded event) {
  std::vector<Decoded> out;
  out.push_back(std::move(event));
  return out;
}

Result<std::vector<Decoded>> by_mapping(const config::PushIngest& pushes,
                                        const config::Source& source, std::string_view line,
                                        std::string_view sender, const Decoder::NewId& new_id) {
  const auto& name = source.json;
  const auto mapping = pushes.json.find(name);
  if (mapping == pushes.json.end())
    return fail("unknown_source",
                fmt::format("the config has no json source \"{}\" any more", name));
  const bool placed =
      source.kind == config::Source::Kind::file || source.kind == config::Source::Kind::sse;
  http::Request request;
  request.peer = sender;
  const auto decode = placed ? decode_placed_json : decode_json;
  return decode(mapping->second, name, request, line, new_id);
}

}  // namespace

Decoder::Decoder(const config::Source& source, const Snapshot<config::PushIngest>& pushes)
    : source_(source), pushes_(pushes) {
  cctz::load_time_zone(source.timezone, &zone_);
}

model::Format Decoder::format() const {
  switch (source_.format) {
    case LineFormat::json:
      return model::Format::json;
    case LineFormat::syslog:
      return model::Format::syslog;
    case LineFormat::redfish:
      return model::Format::redfish;
    case LineFormat::cloudevents:
      break;
  }
  return model::Format::cloudevents;
}

Result<std::vector<Decoded>> Decoder::decode(std::string_view line, std::string_view sender,
                                             Time now, const NewId& new_id) const {
  auto events = source_.format == LineFormat::json
                    ? by_mapping(*pushes_.get(), source_, line, sender, new_id)
                : source_.format == LineFormat::redfish ? decode_redfish(line, sender, now)
                : source_.format == LineFormat::syslog
                    ? one(decode_syslog(line, sender, new_id(), zone_, now))
                    : one(decode_structured(line, sender));
  if (events) {
    for (auto& event : *events) refuse_past(event, source_.event);
  }
  return events;
}

}  // namespace alarum::ingest
