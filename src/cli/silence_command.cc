#include "cli/silence_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/percent.h"
#include "base/printable.h"
#include "cli/http_client.h"
#include "model/matcher_check.h"

namespace alarum::cli {
namespace {

using Json = nlohmann::ordered_json;

int refused(const Result<HttpClient::Answer>& answer, std::ostream& err) {
  if (!answer) {
    err << "error: " << answer.error().message << "\n";
  } else {
    const auto said = Json::parse(answer->body, nullptr, false);
    const auto text = said.is_string() ? said.get<std::string>()
                      : said.is_object() && said.contains("message")
                          ? said["message"].get<std::string>()
                          : answer->body;
    err << "error: the bridge answered " << answer->status << ": " << text << "\n";
  }
  return 1;
}

bool good(const Result<HttpClient::Answer>& answer) {
  return answer && answer->status == 200;
}

std::string in_future(Duration duration) {
  return format_rfc3339(
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + duration);
}

// `alertname=x` of a bare word.
std::string as_matcher(const std::string& word) {
  return word.find_first_of("=~!{") == std::string::npos ? "alertname=" + word : word;
}

Result<model::Matchers> matchers_of(const std::vector<std::string>& words) {
  model::Matchers out;
  for (const auto& word : words) {
    auto parsed = model::parse_matchers(as_matcher(word));
    if (!parsed) return fail("bad_matcher", "\"" + word + "\": " + parsed.error().message);
    std::ranges::move(*parsed, std::back_inserter(out));
  }
  return out;
}

Result<Json> body_of(const SilenceOptions& options) {
  const auto parsed = matchers_of(options.matchers);
  if (!parsed) return std::unexpected(parsed.error());
  if (const auto why = model::contradiction(*parsed)) return fail("bad_matcher", *why);
  auto matchers = Json::array();
  for (const auto& one : *parsed)
    matchers.push_back({{"name", one.name()},
                        {"value", one.value()},
                        {"isRegex", one.is_regex()},
                        {"isEqual", one.is_equal()}});
  Json json{{"matchers", std::move(matchers)},
            {"startsAt", in_future(Duration::zero())},
            {"endsAt", in_future(options.duration.value_or(std::chrono::hours(1)))},
            {"createdBy", options.author},
            {"comment", options.comment}};
  if (options.until_resolved) json["untilResolved"] = true;
  return json;
}

std::string text_of(const Json& silence) {
  std::string out;
  for (const auto& one : silence.at("matchers")) {
    const bool regex = one.value("isRegex", false), equal = one.value("isEqual", true);
    out += fmt::format("{}{}{}\"{}\"", out.empty() ? "" : " ", one.at("name").get<std::string>(),
                       regex ? (equal ? "=~" : "!~") : (equal ? "=" : "!="),
                       one.at("value").get<std::string>());
  }
  return out;
}

int dry_run(const SilenceOptions& options, const Json& body, HttpClient& client, std::ostream& out,
            std::ostream& err) {
  const auto answer = client.post("/api/v1/silences/check", "application/json", body.dump());
  if (!good(answer)) return refused(answer, err);
  if (options.json) return out << answer->body, 0;
  const auto said = Json::parse(answer->body);
  out << fmt::format("matches {} firing alert{} now\n", said.at("matches").size(),
                     said.at("matches").size() == 1 ? "" : "s");
  for (const auto& alert : said.at("matches")) out << "  " << alert.at("labels").dump() << "\n";
  const auto& hidden = said.at("would_have_hidden");
  const auto late = hidden.at("alerts").get<std::size_t>();
  out << fmt::format("would have hidden {} alert{} in the last 7 days\n", late,
                     late == 1 ? "" : "s");
  for (const auto& [name, count] : hidden.at("by_alertname").items())
    out << fmt::format("  {:>6} {}\n", count.get<std::size_t>(), name);
  if (said.at("valid") == true) return 0;
  err << "error: it would be refused: " << said.at("error").get<std::string>() << "\n";
  return 1;
}

// A silence may be made before its alerts come. One that matches nothing because of a slip looks
// just the same.
void tell_if_nothing_matches(const Json& matchers, HttpClient& client, std::ostream& err) {
  std::string path = "/api/v2/alerts?";
  for (const auto& one : matchers) {
    const bool regex = one.value("isRegex", false), equal = one.value("isEqual", true);
    const auto op = regex ? (equal ? "=~" : "!~") : (equal ? "=" : "!=");
    path += "filter=" +
            percent_encode(json_quote(one.at("name").get<std::string>()) + op +
                           json_quote(one.at("value").get<std::string>())) +
            '&';
  }
  const auto answer = client.get(path);
  const auto alerts = good(answer) ? Json::parse(answer->body, nullptr, false) : Json();
  if (alerts.is_array() && alerts.empty())
    err << "note: it matches no alert that fires at the moment; if it should, see \"alarum "
           "alerts\" for the labels, and end this silence\n";
}

}  // namespace

Result<std::string> filters_of(const std::vector<std::string>& words) {
  const auto matchers = matchers_of(words);
  if (!matchers) return std::unexpected(matchers.error());
  std::string out;
  for (const auto& one : *matchers) out += "&filter=" + percent_encode(one.text());
  return out;
}

int silence_add(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  const auto body = body_of(options);
  if (!body) return err << "error: " << body.error().message << "\n", 1;
  HttpClient client(options.url);
  if (options.dry_run) return dry_run(options, *body, client, out, err);
  const auto answer = client.post("/api/v2/silences", "application/json", body->dump());
  if (!good(answer)) return refused(answer, err);
  out << Json::parse(answer->body).at("silenceID").get<std::string>() << "\n";
  tell_if_nothing_matches(body->at("matchers"), client, err);
  return 0;
}

int silence_query(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  const auto filters = filters_of(options.matchers);
  if (!filters) return err << "error: " << filters.error().message << "\n", 1;
  const auto answer =
      HttpClient(options.url)
          .get("/api/v2/silences?expired=" + std::string(options.expired ? "true" : "false") +
               *filters);
  if (!good(answer)) return refused(answer, err);
  if (options.json) return out << answer->body, 0;
  constexpr auto kRow = "{:<36}  {:<8}  {:<20}  {:<12}  {}\n";
  out << fmt::format(kRow, "ID", "STATE", "ENDS", "BY", "MATCHERS");
  for (const auto& one : Json::parse(answer->body)) {
    const auto ends = one.at("endsAt").get<std::string>().substr(0, 19) + "Z";
    const auto comment = one.at("comment").get<std::string>();
    out << fmt::format(
        kRow, one.at("id").get<std::string>(), one.at("status").at("state").get<std::string>(),
        ends, printable_line(one.at("createdBy").get<std::string>()),
        printable_line(text_of(one) +
                       (one.value("untilResolved", false) ? " (until resolved)" : "") +
                       (comment.empty() ? "" : "  # " + comment)));
  }
  return 0;
}

int silence_update(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  HttpClient client(options.url);
  const auto known = client.get("/api/v2/silence/" + percent_encode(options.id));
  if (!good(known)) return refused(known, err);
  auto silence = Json::parse(known->body);
  if (options.duration) silence["endsAt"] = in_future(*options.duration);
  if (!options.comment.empty()) silence["comment"] = options.comment;
  const auto answer = client.post("/api/v2/silences", "application/json", silence.dump());
  if (!good(answer)) return refused(answer, err);
  out << Json::parse(answer->body).at("silenceID").get<std::string>() << "\n";
  tell_if_nothing_matches(silence.at("matchers"), client, err);
  return 0;
}

int silence_expire(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  const auto answer =
      HttpClient(options.url).remove("/api/v2/silence/" + percent_encode(options.id));
  if (!good(answer)) return refused(answer, err);
  out << options.id << " has ended\n";
  return 0;
}

namespace {

int say(const SilenceOptions& options, const char* what, const std::string& then, std::ostream& out,
        std::ostream& err) {
  Json body{{"by", options.author}, {"comment", options.comment}};
  if (options.duration) body["for"] = format_duration(*options.duration);
  const auto answer = HttpClient(options.url)
                          .post("/api/v1/alerts/" + percent_encode(options.id) + what,
                                "application/json", body.dump());
  if (!good(answer)) return refused(answer, err);
  out << options.id << then;
  return 0;
}

}  // namespace

int ack_command(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  const auto end =
      options.duration ? "for " + format_duration(*options.duration) : std::string("until it ends");
  return say(options, "/acknowledge", " is acknowledged " + end + "\n", out, err);
}

int unack_command(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  return say(options, "/unacknowledge", " is not acknowledged any more: reminders of it resume\n",
             out, err);
}

int resolve_command(const SilenceOptions& options, std::ostream& out, std::ostream& err) {
  return say(options, "/resolve", " has ended\n", out, err);
}

}  // namespace alarum::cli
