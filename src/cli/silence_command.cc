#include "cli/silence_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/percent.h"
#include "base/printable.h"
#include "cli/alert_table.h"
#include "cli/api_client.h"
#include "cli/selection.h"
#include "model/matcher_check.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

Time this_moment() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string alerts_number(std::size_t count) {
  return fmt::format("{} alert{}", count, count == 1 ? "" : "s");
}

// All labels of an alert but its severity: an escalation stays silenced.
Json matchers_of_alert(const Json& alert) {
  auto matchers = Json::array();
  for (const auto& [name, value] : alert.at("labels").items()) {
    if (name != "severity")
      matchers.push_back({{"name", name}, {"value", value}, {"isRegex", false}, {"isEqual", true}});
  }
  return matchers;
}

Json matchers_json(const model::Matchers& parsed) {
  auto matchers = Json::array();
  for (const auto& one : parsed)
    matchers.push_back({{"name", one.name()},
                        {"value", one.value()},
                        {"isRegex", one.is_regex()},
                        {"isEqual", one.is_equal()}});
  return matchers;
}

// A silence with all but its matchers.
Json frame_of(const SilenceOptions& options) {
  const auto start = options.start.value_or(this_moment());
  const auto end = options.end.value_or(start + options.duration.value_or(std::chrono::hours(1)));
  Json json{{"matchers", Json::array()},
            {"startsAt", format_rfc3339(start)},
            {"endsAt", format_rfc3339(end)},
            {"createdBy", options.author},
            {"comment", options.comment}};
  if (options.until_resolved) json["untilResolved"] = true;
  return json;
}

std::string matchers_text(const Json& silence) {
  std::string out;
  for (const auto& one : silence.at("matchers")) {
    const bool regex = one.value("isRegex", false), equal = one.value("isEqual", true);
    out += fmt::format("{}{}{}\"{}\"", out.empty() ? "" : " ", one.at("name").get<std::string>(),
                       regex ? (equal ? "=~" : "!~") : (equal ? "=" : "!="),
                       one.at("value").get<std::string>());
  }
  return out;
}

// The silences that are asked for, each as it is posted. nullopt: it was said what is wrong.
std::optional<std::vector<Json>> asked_for(const SilenceOptions& options, ApiClient& client,
                                           std::ostream& err) {
  const auto selection = selection_of(options.words);
  if (!selection) return err << "error: " << selection.error().message << "\n", std::nullopt;
  std::vector<Json> out;
  if (selection->ids.empty()) {
    if (const auto why = model::contradiction(selection->matchers))
      return err << "error: " << *why << "\n", std::nullopt;
    auto& one = out.emplace_back(frame_of(options));
    one["matchers"] = matchers_json(selection->matchers);
    return out;
  }
  const auto alerts = chosen_alerts(*selection, client, err);
  if (!alerts) return std::nullopt;
  for (const auto& alert : *alerts) {
    auto& one = out.emplace_back(frame_of(options));
    one["matchers"] = matchers_of_alert(alert);
  }
  return out;
}

// What each would do. nullopt: it was said what is wrong.
std::optional<Json> checked(const Json& silence, ApiClient& client) {
  return client.post("/api/v1/silences/check", silence);
}

int dry_run(const std::vector<Json>& silences, const SilenceOptions& options, ApiClient& client,
            std::ostream& out, std::ostream& err) {
  int code = 0;
  auto all = Json::array();
  for (const auto& silence : silences) {
    const auto said = checked(silence, client);
    if (!said) return 1;
    all.push_back(*said);
    if (!options.json) {
      const auto& matches = said->at("matches");
      out << fmt::format("matches {} firing alert{} now\n", matches.size(),
                         matches.size() == 1 ? "" : "s");
      for (const auto& alert : matches) out << "  " << alert.at("labels").dump() << "\n";
      const auto& hidden = said->at("would_have_hidden");
      out << fmt::format("would have hidden {} in the last 7 days\n",
                         alerts_number(hidden.at("alerts").get<std::size_t>()));
      for (const auto& [name, count] : hidden.at("by_alertname").items())
        out << fmt::format("  {:>6} {}\n", count.get<std::size_t>(), name);
    }
    if (said->at("valid") == true) continue;
    err << "error: it would be refused: " << said->at("error").get<std::string>() << "\n";
    code = 1;
  }
  if (options.json) out << (all.size() == 1 ? all.front() : all).dump() << "\n";
  return code;
}

// A silence may be made before its alerts come. One that matches nothing because of a slip looks
// just the same.
void say_what_it_holds(const Json& silence, ApiClient& client, std::ostream& err) {
  const auto said = checked(silence, client);
  if (!said) return;
  const auto count = said->at("matches").size();
  if (count > 0) {
    err << "it holds " << alerts_number(count) << " now\n";
    return;
  }
  err << "note: it matches no alert that fires at the moment; if it should, see \"alarum "
         "alerts\" for the labels, and end this silence\n";
}

// Makes or changes one. False: it was said what is wrong.
bool post_one(const Json& silence, ApiClient& client, std::ostream& out,
              std::string* id = nullptr) {
  const auto answer = client.post("/api/v2/silences", silence);
  if (!answer) return false;
  const auto made = answer->at("silenceID").get<std::string>();
  if (id) *id = made;
  out << made << "\n";
  return true;
}

// The silences whose ids these words are the beginnings of.
std::optional<std::vector<Json>> known_silences(const SilenceOptions& options, ApiClient& client,
                                                std::ostream& err) {
  const auto all = client.get("/api/v2/silences");
  if (!all) return std::nullopt;
  const auto ids = whole_ids(options.words, *all, "silence", err);
  if (!ids) return std::nullopt;
  std::vector<Json> out;
  for (const auto& id : *ids)
    out.push_back(
        *std::ranges::find(*all, id, [](const Json& one) { return one.value("id", ""); }));
  return out;
}

std::string silences_table(const Json& silences) {
  std::vector<std::vector<std::string>> rows{{"ID", "STATE", "ENDS", "BY", "MATCHERS"}};
  for (const auto& one : silences) {
    const auto state = one.at("status").at("state").get<std::string>();
    const auto comment = one.at("comment").get<std::string>();
    const auto begins = one.at("startsAt").get<std::string>().substr(0, 19) + "Z";
    rows.push_back(
        {one.at("id").get<std::string>(), state,
         one.at("endsAt").get<std::string>().substr(0, 19) + "Z",
         printable_line(one.at("createdBy").get<std::string>()),
         printable_line(matchers_text(one) + (state == "pending" ? " (from " + begins + ")" : "") +
                        (one.value("untilResolved", false) ? " (until resolved)" : "") +
                        (comment.empty() ? "" : "  # " + comment))});
  }
  return columns_text(rows);
}

}  // namespace

int silence_add(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto silences = asked_for(options, client, err);
  if (!silences) return 1;
  if (options.dry_run) return dry_run(*silences, options, client, out, err);
  if (silences->size() > 1) {
    for (const auto& one : *silences) err << "  " << printable_line(matchers_text(one)) << "\n";
    const auto question = fmt::format("make these {} silences?", silences->size());
    if (!agreed(options.consent, question, err)) return 1;
  }
  auto made = Json::array();
  std::ostream nowhere(nullptr);
  for (const auto& one : *silences) {
    std::string id;
    if (!post_one(one, client, options.json ? nowhere : out, &id)) return 1;
    made.push_back({{"silenceID", id}});
    say_what_it_holds(one, client, err);
  }
  if (options.json) out << made.dump() << "\n";
  return 0;
}

int silence_query(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  const auto filters = filters_of(options.words);
  if (!filters) return err << "error: " << filters.error().message << "\n", 1;
  ApiClient client(options.url, err);
  const auto found = client.get(
      "/api/v2/silences?expired=" + std::string(options.expired ? "true" : "false") + *filters);
  if (!found) return 1;
  if (options.json) return out << client.body(), 0;
  if (options.quiet) {
    for (const auto& one : *found) out << one.value("id", "") << "\n";
    return 0;
  }
  if (found->empty())
    return out << (options.expired ? "no silences\n" : "no silences; --expired shows old ones\n"),
           0;
  out << silences_table(*found);
  return 0;
}

int silence_update(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto known = known_silences(options, client, err);
  if (!known) return 1;
  for (auto silence : *known) {
    if (options.duration) silence["endsAt"] = format_rfc3339(this_moment() + *options.duration);
    if (options.end) silence["endsAt"] = format_rfc3339(*options.end);
    if (!options.comment.empty()) silence["comment"] = options.comment;
    if (!post_one(silence, client, out)) return 1;
    say_what_it_holds(silence, client, err);
  }
  return 0;
}

int silence_expire(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  ApiClient client(options.url, err);
  const auto known = known_silences(options, client, err);
  if (!known) return 1;
  if (known->size() > 1) {
    err << silences_table(Json(*known));
    if (!agreed(options.consent, fmt::format("end these {} silences?", known->size()), err))
      return 1;
  }
  for (const auto& one : *known) {
    const auto id = one.value("id", "");
    if (!client.remove("/api/v2/silence/" + percent_encode(id))) return 1;
    out << id << " has ended\n";
  }
  return 0;
}

int silence_import(const SilenceOptions& options, std::istream& in, std::ostream& out,
                   std::ostream& err) {
  const auto list = Json::parse(in, nullptr, false);
  if (!list.is_array())
    return err << "error: that is no list of silences as `alarum silence query -o json` prints "
                  "it\n",
           1;
  ApiClient client(options.url, err);
  std::size_t over = 0, refused = 0;
  for (auto silence : list) {
    const auto ends = silence.is_object() ? parse_rfc3339(silence.value("endsAt", ""))
                                          : Result<Time>(fail("bad_silence", ""));
    if (ends && *ends <= this_moment()) {
      ++over;
      continue;
    }
    if (silence.is_object())
      for (const auto* name : {"id", "status", "updatedAt"}) silence.erase(name);
    if (!post_one(silence, client, out)) ++refused;
  }
  if (over > 0) err << over << " had ended and were left out\n";
  if (refused > 0) err << "error: " << refused << " were not taken\n";
  return refused == 0 ? 0 : 1;
}

}  // namespace alarum::cli
