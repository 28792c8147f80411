#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/printable.h"

namespace alarum::log {
namespace {

Style g_style = Style::logfmt;  // set once by configure(), before any other thread exists

spdlog::logger& logger() {
  static const auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("alarum", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *instance;
}

constexpr std::string_view name(Level level) {
  constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
  return names[static_cast<int>(level)];
}

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                  spdlog::level::err};
  return levels[static_cast<int>(level)];
}

std::string json_text(std::string_view value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string logfmt_value(std::string_view value) {
  const bool plain = !value.empty() && std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7F; });
  return plain ? std::string(value) : json_text(value);
}

}  // namespace

void configure(Level least, Style style) {
  g_style = style;
  logger().set_level(to_spdlog(least));
}

void write(Level level, std::string_view stage, std::string_view message, std::initializer_list<Field> fields) {
  if (!logger().should_log(to_spdlog(level))) return;
  const auto time = format_rfc3339(SystemClock().wall());
  std::string line;
  if (g_style == Style::json) {
    line = fmt::format(R"({{"time":"{}","level":"{}","stage":"{}","msg":{})", time, name(level), stage, json_text(message));
    for (const auto& [key, value] : fields) line += fmt::format(",{}:{}", json_text(key), json_text(value));
    line += '}';
  } else {
    line = fmt::format("time={} level={} stage={} msg={}", time, name(level), stage, logfmt_value(message));
    for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, logfmt_value(value));
  }
  line = printable(line);
  logger().log(to_spdlog(level), spdlog::string_view_t(line));
  if (level >= Level::warn) logger().flush();
}

}  // namespace alarum::log
