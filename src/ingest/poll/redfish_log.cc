#include "ingest/poll/redfish_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ingest/push/object.h"
#include "ingest/push/redfish.h"
#include "ingest/stream/redfish_keeper.h"

namespace alarum::ingest {
namespace {

// Systems, managers and log services that are visited at most; a real BMC has a handful.
constexpr std::size_t kMostPlaces = 64;

std::string link_of(const Object& one, std::string_view name) {
  return path_of(one.object(name).text("@odata.id"));
}

std::vector<std::string> members_of(JsonText& text, const Object& collection) {
  std::vector<std::string> out;
  for (const auto& member : collection.elements("Members")) {
    auto path = path_of(Object(text, member).text("@odata.id"));
    if (!path.empty() && out.size() < kMostPlaces) out.push_back(std::move(path));
  }
  return out;
}

// How likely a log service is the one with the events. Few BMCs say so by LogEntryType; the names
// are those that OpenBMC, iDRAC, iLO, XCC and iBMC use.
int worth_of(const Object& service) {
  constexpr std::array<std::string_view, 6> kNames{"EventLog",    "Lclog", "IML",
                                                   "PlatformLog", "Log1",  "StandardLog"};
  if (std::ranges::find(kNames, service.text("Id")) != kNames.end()) return 4;
  const auto type = service.text("LogEntryType");
  return type == "Event" ? 3 : type == "Multiple" ? 2 : type == "SEL" ? 1 : 0;
}

}  // namespace

RedfishLog::RedfishLog(std::string service, Time since) : since_(since) {
  if (service.empty())
    todo_ = {{Kind::owners, "/redfish/v1/Managers"}, {Kind::owners, "/redfish/v1/Systems"}};
  else
    todo_ = {{Kind::service, std::move(service)}};
}

RedfishLog::News RedfishLog::take(unsigned status, std::string_view body) {
  const auto asked = todo_.back();
  if (status != 200) return refused(status);
  todo_.pop_back();
  if (asked.kind == Kind::page)
    take_page(body);
  else if (asked.kind == Kind::entry)
    take_entry(body);
  else if (asked.kind == Kind::service)
    weigh(asked.path, body);
  else
    found(asked.kind, body);
  return go_on();
}

// Skips what the BMC answers 404 or the like to, while looking for the log and while reading it.
RedfishLog::News RedfishLog::refused(unsigned status) {
  const auto asked = todo_.back();
  text_ = fmt::format("the BMC answers {} to {}", status, asked.path);
  if (status == 401 || status == 403 || status == 429 || status >= 500) return News::fault;
  left_out_ += pages_ > 0;
  todo_.pop_back();
  return go_on();
}

RedfishLog::News RedfishLog::go_on() {
  if (!todo_.empty()) return News::none;
  if (!best_entries_.empty()) {
    todo_ = {{Kind::page, std::exchange(best_entries_, {})}};
    return News::none;
  }
  if (pages_ == 0) {
    if (text_.empty()) text_ = "it shows no log service with entries";
    return News::nothing;
  }
  if (links_.empty()) return News::done;
  for (auto& path : links_) todo_.push_back({Kind::entry, std::move(path)});
  links_.clear();
  return News::none;
}

void RedfishLog::found(Kind kind, std::string_view body) {
  auto text = JsonText::parse(body);
  if (!text) return;
  const Object one(*text, text->root());
  if (kind == Kind::owner) {
    if (auto path = link_of(one, "LogServices"); !path.empty())
      todo_.push_back({Kind::services, std::move(path)});
    return;
  }
  const auto next = kind == Kind::owners ? Kind::owner : Kind::service;
  for (auto& path : members_of(*text, one)) {
    if (todo_.size() < kMostPlaces) todo_.push_back({next, std::move(path)});
  }
}

void RedfishLog::weigh(const std::string& asked, std::string_view body) {
  auto text = JsonText::parse(body);
  if (!text) return;
  const Object service(*text, text->root());
  auto path = link_of(service, "Entries");
  const auto worth = worth_of(service);
  if (path.empty() || worth <= best_) return;
  best_ = worth;
  best_entries_ = std::move(path);
  service_ = asked;
}

void RedfishLog::take_page(std::string_view body) {
  ++pages_;
  auto text = JsonText::parse(body);
  if (!text) return;
  const Object page(*text, text->root());
  std::optional<Time> first, last;
  for (const auto& member : page.elements("Members")) {
    const Object entry(*text, member);
    if (!entry.find("Created") && !entry.find("EventTimestamp") && !entry.find("MessageId") &&
        !entry.find("Message")) {
      take_link(path_of(entry.text("@odata.id")));
      continue;
    }
    last = redfish_time(entry.scalar("Created"));
    if (!first) first = last;
    take_entry(member.raw);
  }
  auto next = path_of(page.text("Members@odata.nextLink"));
  if (next.empty()) next = path_of(page.text("@odata.nextLink"));
  const bool newest_first = first && last && *first > *last;
  if (next.empty() || (newest_first && *last < since_)) return;
  if (pages_ < kMostPages)
    todo_.push_back({Kind::page, std::move(next)});
  else
    ++left_out_;
}

// Of too many links the last ones stay, because most logs begin with the oldest entry.
void RedfishLog::take_link(std::string path) {
  if (path.empty()) return;
  links_.push_back(std::move(path));
  if (links_.size() <= kMostLinks) return;
  links_.pop_front();
  ++left_out_;
}

void RedfishLog::take_entry(std::string_view raw) {
  auto text = JsonText::parse(raw);
  if (!text) return;
  const Object entry(*text, text->root());
  const auto time = redfish_entry_time(entry);
  undated_ += !time;
  if (!time || *time < since_) return;
  bytes_ += raw.size();
  if (entries_.size() < kMostEntries && bytes_ <= kMostBytes)
    entries_.emplace_back(raw);
  else
    ++left_out_;
}

}  // namespace alarum::ingest
