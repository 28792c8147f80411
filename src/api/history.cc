#include "api/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "model/suppression_reasons.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
using Kind = alert::Book::Entry::Kind;

void make_readable(Json& object, std::initializer_list<const char*> times) {
  for (const char* name : times) {
    if (object.contains(name) && object[name].is_number_integer())
      object[name] = format_rfc3339(Time(Duration(object[name].get<std::int64_t>())));
  }
}

// The book's line keeps times in microseconds; people read RFC 3339.
Json readable(Json alert) {
  make_readable(alert, {"starts_at", "last_seen", "ends_at", "changed_at"});
  if (alert.contains("acknowledged")) make_readable(alert["acknowledged"], {"at", "until"});
  alert["state"] = to_text(static_cast<model::AlertState>(alert.value("state", 1)));
  alert["reason"] = to_text(static_cast<model::EndReason>(alert.value("reason", 0)));
  alert["severity"] = to_text(static_cast<model::Severity>(alert.value("severity", 0)));
  return alert;
}

Json to_json(const alert::Book::Entry& entry) {
  Json json{{"at", format_rfc3339(entry.at)}, {"offset", entry.offset}, {"alert", entry.alert_id}};
  if (entry.kind == Kind::transition) {
    auto line = Json::parse(entry.line, nullptr, false);
    json["kind"] = line.is_object() ? line.value("kind", "") : "";
    for (const char* said : {"by", "comment"}) {
      if (line.is_object() && line.contains(said)) json[said] = line[said];
    }
    if (line.is_object()) json["after"] = readable(line["alert"]);
  } else if (entry.kind == Kind::notification) {
    json.update({{"kind", "notification"},
                 {"id", entry.id},
                 {"target", entry.target},
                 {"outcome", entry.outcome},
                 {"attempts", entry.attempts},
                 {"detail", entry.detail}});
    if (!entry.answer.empty()) json["answer"] = entry.answer;
  } else if (entry.kind == Kind::comment) {
    json.update({{"kind", "comment"}, {"by", entry.by}, {"comment", entry.text}});
  } else {
    json.update({{"kind", "suppressed"},
                 {"why", entry.outcome},
                 {"by", Json::parse(entry.detail, nullptr, false)},
                 {"receiver", entry.target},
                 {"group", entry.group_key},
                 {"state", entry.state}});
  }
  return json;
}

double seconds(Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

Json to_json(const alert::LifecycleEntry& entry) {
  using Of = alert::LifecycleEntry::Kind;
  using Before = alert::LifecycleEntry::Before;
  Json json{{"at", format_rfc3339(entry.at)}, {"offset", entry.offset}};
  if (entry.kind == Of::stopped) {
    json["kind"] = "stopped";
  } else if (entry.kind == Of::reloaded) {
    json.update({{"kind", "reloaded"}, {"generation", entry.hash}});
  } else {
    json["kind"] = "started";
    json["before"] = entry.before == Before::stopped   ? "stopped"
                     : entry.before == Before::died    ? "died"
                     : entry.before == Before::nothing ? "nothing"
                                                       : "unknown";
    if (entry.before != Before::nothing)
      json.update({{"last_record", format_rfc3339(entry.at - entry.gap)},
                   {"gap_seconds", seconds(entry.gap)}});
  }
  return json;
}

template <class Entries>
std::string all_json(const Entries& entries) {
  std::string out;
  for (const auto& entry : entries)
    out += (out.empty() ? "" : ",") +
           to_json(entry).dump(-1, ' ', false, Json::error_handler_t::replace);
  return out;
}

Result<std::optional<alert::Book::Entry::Kind>> kind_of(const std::string& said) {
  using Of = alert::Book::Entry::Kind;
  if (said.empty()) return std::nullopt;
  for (const auto& [name, kind] :
       {std::pair("transition", Of::transition), std::pair("notification", Of::notification),
        std::pair("suppressed", Of::suppressed), std::pair("comment", Of::comment)}) {
    if (said == name) return kind;
  }
  return fail("bad_parameter",
              "parameter \"kind\" must be transition, notification, suppressed or comment, not \"" +
                  said + "\"");
}

// The old words work for one release.
Result<std::string> why_of(const std::string& said) {
  if (said.empty() || model::suppression_reason(said)) return said;
  if (model::renamed_suppression_reason(said)) return model::current_suppression_word(said);
  return fail("bad_parameter", fmt::format("parameter \"why\" must be one of {}, not \"{}\"",
                                           model::suppression_words(), said));
}

}  // namespace

std::string items_json(const std::vector<alert::Book::Entry>& entries) {
  return all_json(entries);
}

std::string items_json(const std::vector<alert::LifecycleEntry>& entries) {
  return all_json(entries);
}

// A place of each kind: `at.row.alert` with `_` between them.
std::string place_text(const alert::Book::Places& places) {
  std::string out;
  for (const auto& one : places)
    out += fmt::format("{}{}.{}.{}", out.empty() ? "" : "_", one.at, one.row, one.alert_id);
  return out;
}

Result<alert::Book::Places> history_places(const std::string& text) {
  alert::Book::Places places;
  if (text.empty()) return places;
  const char* at = text.data();
  const char* const end = at + text.size();
  std::size_t read = 0;
  for (auto& one : places) {
    const auto first = std::from_chars(at, end, one.at);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') break;
    const auto second = std::from_chars(first.ptr + 1, end, one.row);
    if (second.ec != std::errc() || second.ptr == end || *second.ptr != '.') break;
    const auto* const stop = std::find(second.ptr + 1, end, '_');
    one.alert_id.assign(second.ptr + 1, stop);
    at = stop == end ? end : stop + 1;
    ++read;
  }
  if (read == places.size() && at == end) return places;
  return fail(
      "bad_parameter",
      "parameter \"after\" must be what a Link of an earlier answer says, not \"" + text + "\"");
}

Result<alert::Book::Question> history_question(const Query& query, Time now) {
  if (auto known = query.only(
          {"after", "alert", "filter", "kind", "limit", "since", "target", "until", "why"});
      !known)
    return std::unexpected(known.error());
  alert::Book::Question asked;
  const auto why = why_of(query.text("why"));
  if (!why) return std::unexpected(why.error());
  asked.alert_id = query.text("alert"), asked.why = *why, asked.target = query.text("target");
  const auto since = query.moment("since", "30d", now), until = query.moment("until", "0s", now);
  const auto kind = kind_of(query.text("kind"));
  if (!since) return std::unexpected(since.error());
  if (!until) return std::unexpected(until.error());
  if (!kind) return std::unexpected(kind.error());
  asked.since = *since, asked.kind = *kind;
  if (!query.text("until").empty()) asked.until = *until;
  return asked;
}

Result<alert::LifecycleQuestion> lifecycle_question(const Query& query, Time now) {
  if (auto known = query.only({"after", "limit", "since", "until"}); !known)
    return std::unexpected(known.error());
  const auto since = query.moment("since", "30d", now), until = query.moment("until", "0s", now);
  const auto limit = query.count("limit", 1000, alert::kMostLifecycle);
  const auto below = query.offset("after");
  if (!since) return std::unexpected(since.error());
  if (!until) return std::unexpected(until.error());
  if (!limit) return std::unexpected(limit.error());
  if (!below) return std::unexpected(below.error());
  alert::LifecycleQuestion asked;
  asked.since = *since, asked.limit = *limit;
  if (!query.text("until").empty()) asked.until = *until;
  if (*below) asked.below = **below;
  return asked;
}

}  // namespace alarum::api
