#include "api/silences.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/matcher_check.h"

namespace alarum::api {
namespace {

using Json = nlohmann::ordered_json;
// Members by the ten thousand are looked up in a tree, not in a list
using Posted = nlohmann::json;

Json to_json(const model::Silence& silence, Time now) {
  auto matchers = Json::array();
  for (const auto& matcher : silence.matchers) {
    matchers.push_back({{"name", matcher.name()},
                        {"value", matcher.value()},
                        {"isRegex", matcher.is_regex()},
                        {"isEqual", matcher.is_equal()}});
  }
  Json json{{"id", silence.id},
            {"status", {{"state", to_text(silence.state(now))}}},
            {"updatedAt", format_rfc3339(silence.updated_at)},
            {"comment", silence.comment},
            {"createdBy", silence.created_by},
            {"startsAt", format_rfc3339(silence.starts_at)},
            {"endsAt", format_rfc3339(silence.ends_at)},
            {"matchers", std::move(matchers)},
            {"annotations", silence.annotations}};
  if (silence.until_resolved) json["untilResolved"] = true;
  return json;
}

std::string dumped_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Alertmanager's: a silence is listed when it has each of these matchers, or the value that one
// asks for.
bool listed(const model::Silence& silence, const model::Matchers& filter) {
  return std::ranges::all_of(filter, [&](const model::Matcher& wanted) {
    return std::ranges::any_of(silence.matchers, [&](const model::Matcher& one) {
      return one.name() == wanted.name() && (one == wanted || wanted.matches(one.value()));
    });
  });
}

Result<Time> time_of(const Posted& json, const char* name) {
  if (!json.contains(name) || !json[name].is_string())
    return fail("bad_silence", fmt::format("\"{}\" must be an RFC 3339 time", name));
  auto time = parse_rfc3339(json[name].get<std::string>());
  if (!time) return fail("bad_silence", fmt::format("\"{}\": {}", name, time.error().message));
  return time;
}

Result<model::Matcher> matcher_of(const Posted& json) {
  const auto is = [&](const char* name, bool otherwise) {
    return json.contains(name) && json[name].is_boolean() ? json[name].get<bool>() : otherwise;
  };
  const auto text = [&](const char* name) { return json.contains(name) && json[name].is_string(); };
  if (!json.is_object() || !text("name") || !text("value"))
    return fail("bad_silence", "a matcher must have a \"name\" and a \"value\"");
  using Op = model::Matcher::Op;
  const bool regex = is("isRegex", false), equal = is("isEqual", true);
  auto matcher = model::Matcher::make(
      json["name"],
      regex ? (equal ? Op::regex : Op::not_regex) : (equal ? Op::equal : Op::not_equal),
      json["value"]);
  if (!matcher) return fail("bad_silence", matcher.error().message);
  return matcher;
}

std::string text_at(const Posted& json, const char* name) {
  return json.contains(name) && json[name].is_string() ? json[name].get<std::string>() : "";
}

}  // namespace

std::string silence_text(const model::Silence& silence, Time now) {
  return dumped_line(to_json(silence, now));
}

Result<std::string> silences_text(const Query& query, const std::vector<model::Silence>& silences,
                                  Time now) {
  using State = model::Silence::State;
  const auto filter = query.matchers("filter");
  const auto active = query.flag("active", true), pending = query.flag("pending", true),
             expired = query.flag("expired", true);
  if (!filter) return std::unexpected(filter.error());
  for (const auto* flag : {&active, &pending, &expired})
    if (!*flag) return std::unexpected(flag->error());
  std::vector<const model::Silence*> shown;
  for (const auto& silence : silences) {
    const auto state = silence.state(now);
    const bool wanted = state == State::active    ? *active
                        : state == State::pending ? *pending
                                                  : *expired;
    if (wanted && listed(silence, *filter)) shown.push_back(&silence);
  }
  const auto rank = [&](const model::Silence* silence) {
    const auto state = silence->state(now);
    const auto when = state == State::active    ? silence->ends_at
                      : state == State::pending ? silence->starts_at
                                                : Time() - (silence->ends_at - Time());
    return std::tuple(state == State::active    ? 0
                      : state == State::pending ? 1
                                                : 2,
                      when, silence->id);
  };
  std::ranges::sort(shown, {}, rank);
  auto list = Json::array();
  for (const auto* silence : shown) list.push_back(to_json(*silence, now));
  return dumped_line(list);
}

Result<Postable> parse_postable(std::string_view body) {
  const auto json = Posted::parse(body, nullptr, false);
  if (!json.is_object()) return fail("bad_json", "the body must be a silence: a JSON object");
  Postable out;
  auto& silence = out.silence;
  silence.id = text_at(json, "id");
  auto starts = time_of(json, "startsAt"), ends = time_of(json, "endsAt");
  if (!starts) return std::unexpected(starts.error());
  if (!ends) return std::unexpected(ends.error());
  silence.starts_at = *starts, silence.ends_at = *ends;
  for (const char* name : {"createdBy", "comment"}) {
    if (!json.contains(name) || !json[name].is_string())
      return fail("bad_silence", fmt::format("\"{}\" must be a string", name));
  }
  silence.created_by = text_at(json, "createdBy"), silence.comment = text_at(json, "comment");
  if (!json.contains("matchers") || !json["matchers"].is_array())
    return fail("bad_silence", "\"matchers\" must be a list");
  for (const auto& one : json["matchers"]) {
    auto matcher = matcher_of(one);
    if (!matcher) return std::unexpected(matcher.error());
    silence.matchers.push_back(std::move(*matcher));
  }
  if (json.contains("annotations") && json["annotations"].is_object()) {
    for (const auto& [name, value] : json["annotations"].items()) {
      if (value.is_string()) silence.annotations[name] = value;
    }
  }
  out.says_until_resolved = json.contains("untilResolved");
  silence.until_resolved = out.says_until_resolved && json["untilResolved"] == true;
  return out;
}

Result<void> check_silence(model::Silence& silence, const config::Silences& limits, Time now,
                           std::optional<Time> began) {
  silence.starts_at = std::max(silence.starts_at, now);
  if (silence.ends_at < now)
    return fail("bad_silence", "end time can't be in the past: " + format_rfc3339(silence.ends_at));
  if (silence.ends_at <= silence.starts_at)
    return fail("bad_silence", "start time must be before end time");
  const auto lasts =
      std::chrono::round<std::chrono::seconds>(silence.ends_at - began.value_or(silence.starts_at));
  if (lasts > limits.max_duration) {
    return fail("bad_silence",
                fmt::format("it would last {}, and silences.max_duration of the config allows {}",
                            format_duration(lasts), format_duration(limits.max_duration)));
  }
  const auto demands = [](const model::Matcher& matcher) { return !matcher.matches(""); };
  const auto count = static_cast<std::uint64_t>(std::ranges::count_if(silence.matchers, demands));
  if (count == 0)
    return fail(
        "bad_silence",
        "at least one matcher must not match the empty string: this one would silence everything");
  if (const auto why = model::contradiction(silence.matchers)) return fail("bad_silence", *why);
  if (count < limits.min_matchers) {
    return fail("bad_silence", fmt::format("it demands {} label{} of an alert, and "
                                           "silences.min_matchers of the config asks for {}",
                                           count, count == 1 ? "" : "s", limits.min_matchers));
  }
  return {};
}

bool is_update(const model::Silence& posted, const model::Silence& known, Time now) {
  using State = model::Silence::State;
  if (!(posted.matchers == known.matchers)) return false;
  const auto state = known.state(now);
  if (state == State::expired) return false;
  if (state == State::pending) return posted.starts_at >= now;
  return std::chrono::abs(posted.starts_at - known.starts_at) < std::chrono::seconds(1);
}

std::string new_uuid(Random& random) {
  const auto high = (random.next() & ~0xF000ULL) | 0x4000ULL;
  const auto low = (random.next() & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

}  // namespace alarum::api
