#include "ingest/stream/sse_position.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace alarum::ingest {

std::string sse_position_json(const SsePosition& p) {
  return nlohmann::ordered_json{{"version", 1},
                                {"last_event_id", p.last_id},
                                {"read", p.read},
                                {"epoch", p.epoch},
                                {"steady", p.steady}}
             .dump(1, ' ', true, nlohmann::json::error_handler_t::replace) +
         "\n";
}

Result<SsePosition> read_sse_position(std::string_view json) {
  try {
    const auto root = nlohmann::json::parse(json);
    if (root.at("version") != 1) return fail("bad_state", "a position of another version");
    return SsePosition{root.at("last_event_id"), root.at("read"), root.at("epoch"),
                       root.value("steady", false)};
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_state", fault.what());
  }
}

std::optional<std::uint64_t> SseContinuity::number(std::string_view id) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(id.data(), id.data() + id.size(), value);
  return fault == std::errc() && end == id.data() + id.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::string> SseContinuity::next(std::string_view id) {
  const auto now = number(id);
  const auto before = std::exchange(last_, now);
  const bool first = std::exchange(first_, false);
  if (!now || !before) {
    steps_ = 0;
    return std::nullopt;
  }
  if (*now == *before + 1) {
    ++steps_;
    return std::nullopt;
  }
  const bool steady = std::exchange(steps_, 0) >= kSteady;
  if (*now < *before && first)
    return fmt::format(
        "the server restarted its event ids ({} after {}): events sent meanwhile are lost, if "
        "anything",
        *now, *before);
  if (*now > *before && steady)
    return fmt::format("events {} to {} did not come", *before + 1, *now - 1);
  return std::nullopt;
}

}  // namespace alarum::ingest
