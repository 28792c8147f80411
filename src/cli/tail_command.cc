#include "cli/tail_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/printable.h"
#include "cli/api_client.h"
#include "cli/status_text.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds kPause{500};  // between two looks that found nothing
constexpr std::size_t kLookBack = 5'000;          // records that are looked through for `last`

std::string json_line(const Json& one) {
  return one.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool is_wanted(const Json& event, const TailOptions& options) {
  return !options.unmatched || event.at("rules").empty();
}

// One page of events. nullopt: it was said what is wrong.
std::optional<Json> page_from(std::uint64_t from, ApiClient& client) {
  return client.get(fmt::format("/api/v1/events?from={}", from));
}

int tail_events(const TailOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto status = client.get("/api/v1/status");
  if (!status) return 1;
  const auto end = status->at("journal").value("end_offset", std::uint64_t{0});
  std::deque<std::string> before;
  for (auto from = end - std::min<std::uint64_t>(end, kLookBack);;) {
    const auto page = page_from(from, client);
    if (!page) return 1;
    const auto next = page->value("next", from);
    for (const auto& event : page->at("events")) {
      if (!is_wanted(event, options)) continue;
      auto line = options.json ? json_line(event) : tail_line(event) + "\n";
      if (event.value("offset", std::uint64_t{0}) >= end) {
        for (auto& old : before) out << old;
        before.clear();
        out << line;
      } else {
        before.push_back(std::move(line));
        if (before.size() > options.last) before.pop_front();
      }
    }
    if (next >= end) {
      for (auto& old : before) out << old;
      before.clear();
    }
    out << std::flush;
    if (!options.follow && next >= end) return 0;
    if (next == from) std::this_thread::sleep_for(kPause);
    from = next;
  }
}

int tail_rejected(const TailOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  for (std::uint64_t after = 0;;) {
    const auto entries = client.get(fmt::format("/api/v1/rejected?after={}", after));
    if (!entries) return 1;
    const auto skipped =
        after == 0 && entries->size() > options.last ? entries->size() - options.last : 0;
    for (auto i = skipped; i < entries->size(); ++i)
      out << (options.json ? json_line((*entries)[i])
                           : rejected_text(Json::array({(*entries)[i]}), true));
    out << std::flush;
    if (!options.follow) return 0;
    if (!entries->empty()) after = entries->back().value("sequence", after);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

std::string tail_line(const Json& event) {
  std::string rules;
  const auto ends = event.value("ends", Json::array());
  for (const auto& one : event.at("rules"))
    rules += (rules.empty() ? "" : ", ") + one.get<std::string>() +
             (std::ranges::find(ends, one) == ends.end() ? "" : " (its end)");
  std::string out = event.value("arrived", "").substr(0, 19) + "Z";
  for (const auto* name : {"severity", "status", "source", "type", "subject"}) {
    if (const auto value = event.value(name, ""); !value.empty()) out += ' ' + value;
  }
  return printable_line(out + " → " + (rules.empty() ? "no rule" : rules));
}

int tail_command(const TailOptions& options, std::ostream& out, std::ostream& err) {
  return options.rejected ? tail_rejected(options, out, err) : tail_events(options, out, err);
}

}  // namespace alarum::cli
