#include "api/event_filter.h"

#include <algorithm>

namespace alarum::api {
namespace {

bool fits(const std::string& wanted, std::string_view value) {
  if (wanted.empty()) return true;
  if (!wanted.ends_with('*')) return value == wanted;
  return value.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
}

}  // namespace

Result<EventFilter> EventFilter::of(const Query& query) {
  EventFilter filter;
  const auto unmatched = query.flag("unmatched", false);
  if (!unmatched) return std::unexpected(unmatched.error());
  filter.unmatched = *unmatched;
  filter.rule = query.text("rule"), filter.contains = query.text("contains");
  filter.source = query.text("source"), filter.type = query.text("type");
  filter.subject = query.text("subject"), filter.format = query.text("format");
  filter.sender = query.text("sender");
  return filter;
}

bool EventFilter::takes(const model::Event& event) const {
  if (!fits(source, event.source()) || !fits(type, event.type()) ||
      !fits(subject, event.subject()) || !fits(format, model::to_text(event.format())) ||
      !fits(sender, event.sender()))
    return false;
  return contains.empty() ||
         std::ranges::any_of(
             std::initializer_list<std::string_view>{event.source(), event.type(), event.subject(),
                                                     event.data()},
             [this](std::string_view text) { return text.find(contains) != text.npos; });
}

bool EventFilter::takes_rules(const std::vector<std::string>& rules) const {
  if (unmatched && !rules.empty()) return false;
  return rule.empty() || std::ranges::find(rules, rule) != rules.end();
}

}  // namespace alarum::api
