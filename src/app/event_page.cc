#include "app/event_page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace alarum::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostData = 16 << 10;  // bytes of an event's data that are shown

Json event_json(const model::Record& record, const model::Event& event, FittingRules fitting) {
  Json out{{"offset", record.offset},
           {"arrived", format_rfc3339(record.arrived())},
           {"id", event.id()},
           {"source", event.source()},
           {"type", event.type()},
           {"subject", event.subject()},
           {"format", model::to_text(event.format())},
           {"sender", event.sender()}};
  if (event.time()) out["time"] = format_rfc3339(*event.time());
  if (event.status() != model::Status::none) out["status"] = model::to_text(event.status());
  if (event.severity() != model::Severity::none) out["severity"] = model::to_text(event.severity());
  if (event.data_kind() == model::DataKind::json && event.data().size() <= kMostData) {
    auto data = Json::parse(event.data(), nullptr, false);
    if (!data.is_discarded()) out["data"] = std::move(data);
  } else if (event.data_kind() == model::DataKind::text) {
    out["data"] = event.data().substr(0, kMostData);
  }
  out["rules"] = std::move(fitting.all);
  out["ends"] = std::move(fitting.ends);
  return out;
}

}  // namespace

FittingRules rules_that_fit(const match::Generation& rules, const model::Event& event) {
  FittingRules out;
  bool ends = true;  // the newest rule, and does nothing else
  const auto close = [&] {
    if (!out.all.empty() && ends && (out.ends.empty() || out.ends.back() != out.all.back()))
      out.ends.push_back(out.all.back());
  };
  for (const auto& hit : rules.match(event).hits) {
    const auto& rule = rules.rules().rules[hit.rule];
    if (rules::is_shipped_along(rule)) continue;
    if (out.all.empty() || out.all.back() != rule.alert) {
      close();
      out.all.push_back(rule.alert);
      ends = true;
    }
    ends = ends && hit.role == model::Role::until;
  }
  close();
  return out;
}

Result<api::EventPage> event_page(journal::JournalView& journal, const match::Generation& rules,
                                  model::Offset from, std::size_t most,
                                  const api::EventFilter& filter) {
  const auto first = journal.first_offset();
  if (!first) return std::unexpected(first.error());
  from = std::max(from, *first);
  auto reader = journal.read(from);
  if (!reader) return std::unexpected(reader.error());
  auto events = Json::array();
  auto next = from;
  for (std::size_t seen = 0; events.size() < most && seen < kMostRecords;) {
    const auto records = (*reader)->next();
    if (!records) return std::unexpected(records.error());
    if (records->empty()) break;
    for (const auto& record : *records) {
      if (record.offset < from) continue;
      if (events.size() == most) break;
      ++seen;
      next = record.offset + 1;
      const auto* event = std::get_if<model::Event>(&record.payload);
      if (!event || !filter.takes(*event)) continue;
      auto fitting = rules_that_fit(rules, *event);
      if (filter.takes_rules(fitting.all))
        events.push_back(event_json(record, *event, std::move(fitting)));
    }
  }
  const auto count = events.size();
  const Json page{{"events", std::move(events)}, {"next", next}};
  return api::EventPage{page.dump(-1, ' ', false, Json::error_handler_t::replace), next, count};
}

}  // namespace alarum::app
