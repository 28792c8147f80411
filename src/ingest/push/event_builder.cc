#include "ingest/push/event_builder.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace alarum::ingest {

void EventBuilder::set(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  if (auto done = attributes_.set(name, text); !done && !fault_) fault_ = done.error();
}

std::string EventBuilder::tidied(std::string_view text) {
  text = utf8_prefix(text, kMaxAttribute);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080–9F take two bytes: C2 80 to C2 9F.
    const bool late_control =
        c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    out += c < 0x20 || c == 0x7F || late_control ? ' ' : text[i];
    i += late_control;
  }
  return out;
}

void EventBuilder::source(std::string_view text) {
  constexpr std::string_view kIllegal = " <>\"{}|\\^`";
  std::string out;
  for (const char c : text) {
    const bool illegal = kIllegal.find(c) != std::string_view::npos ||
                         static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    out += illegal ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  set("source", out);
}

void EventBuilder::time(std::string_view rfc3339) {
  if (const auto parsed = parse_rfc3339(rfc3339)) time_ = *parsed;
}

Decoded EventBuilder::finish(std::string_view sender, std::string_view json) {
  set("specversion", "1.0");
  set("datacontenttype", "application/json");
  if (fault_) return std::unexpected(*fault_);
  auto fields = attributes_.finish(sender);
  if (!fields) return std::unexpected(fields.error());
  fields->time = time_;
  if (metric_) fields->extensions.emplace_back("metric.value", *metric_);
  fields->data_kind = model::DataKind::json;
  fields->data = json;
  fields->format = format_;
  fields->status = status_;
  fields->severity = severity_;
  return model::Event(*fields);
}

}  // namespace alarum::ingest
