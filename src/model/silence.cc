#include "model/silence.h"

#include <array>
#include <nlohmann/json.hpp>

namespace alarum::model {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Matcher& matcher) {
  return {matcher.name(), to_text(matcher.op()), matcher.value()};
}

Result<Matcher> matcher_of(const nlohmann::json& json) {
  const std::string op = json.at(1);
  for (const auto known :
       {Matcher::Op::equal, Matcher::Op::not_equal, Matcher::Op::regex, Matcher::Op::not_regex}) {
    if (op == to_text(known)) return Matcher::make(json.at(0), known, json.at(2));
  }
  return fail("bad_silence", "a matcher has the operator " + op);
}

std::int64_t micros(Time time) {
  return time.time_since_epoch().count();
}
Time time_of(const nlohmann::json& json) {
  return Time(Duration(json.get<std::int64_t>()));
}

}  // namespace

std::string_view to_text(Silence::State state) {
  constexpr std::array<std::string_view, 3> names{"pending", "active", "expired"};
  return names[static_cast<std::size_t>(state)];
}

std::string silence_json(const Silence& silence) {
  auto matchers = Json::array();
  for (const auto& matcher : silence.matchers) matchers.push_back(to_json(matcher));
  return Json{{"id", silence.id},
              {"matchers", std::move(matchers)},
              {"starts_at", micros(silence.starts_at)},
              {"ends_at", micros(silence.ends_at)},
              {"updated_at", micros(silence.updated_at)},
              {"created_by", silence.created_by},
              {"comment", silence.comment},
              {"annotations", silence.annotations},
              {"until_resolved", silence.until_resolved}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Silence> parse_silence(std::string_view text) {
  try {
    // Not ordered_json: it finds a member by walking over all, and annotations may be many.
    const auto json = nlohmann::json::parse(text);
    Silence silence;
    silence.id = json.at("id");
    for (const auto& one : json.at("matchers")) {
      auto matcher = matcher_of(one);
      if (!matcher) return fail("bad_silence", matcher.error().message);
      silence.matchers.push_back(std::move(*matcher));
    }
    silence.starts_at = time_of(json.at("starts_at"));
    silence.ends_at = time_of(json.at("ends_at"));
    silence.updated_at = time_of(json.at("updated_at"));
    silence.created_by = json.at("created_by");
    silence.comment = json.at("comment");
    silence.annotations = json.at("annotations").get<Labels>();
    silence.until_resolved = json.at("until_resolved");
    return silence;
  } catch (const nlohmann::json::exception& fault) {
    return fail("bad_silence", std::string("a silence cannot be read: ") + fault.what());
  }
}

}  // namespace alarum::model
