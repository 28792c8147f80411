#include "deliver/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/http_date.h"
#include "deliver/excerpt.h"

namespace alarum::deliver {
namespace {

using Kind = Verdict::Kind;

// A member that is an integer, of a body that is an object.
std::optional<std::int64_t> number_in(std::string_view body, const char* name) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? std::optional(found->get<std::int64_t>()) : std::nullopt;
}

struct Codes {
  const char* member;
  std::vector<std::int64_t> rate;  // asked too often: later
  std::vector<std::int64_t> busy;  // theirs to mend: again
};

// What no document names is the sender's fault: the robot refuses it whenever it comes.
Verdict by_code(const Answer& answer, const Codes& codes, std::optional<std::int64_t> code) {
  if (!code) return verdict_of_failure("an answer without " + std::string(codes.member));
  if (*code == 0) return {Kind::delivered, std::to_string(answer.status), {}};
  const auto detail = std::string(codes.member) + ' ' + std::to_string(*code);
  if (std::ranges::find(codes.rate, *code) != codes.rate.end()) return {Kind::retry, detail, std::chrono::seconds(15), true};
  if (std::ranges::find(codes.busy, *code) != codes.busy.end()) return {Kind::retry, detail, {}};
  return {Kind::dead, detail, {}, false, true};
}

Verdict dingtalk(const Answer& answer) {
  return by_code(answer, {"errcode", {130101, 410100, 90030}, {-1}}, number_in(answer.body, "errcode"));
}

Verdict wecom(const Answer& answer) {
  return by_code(answer, {"errcode", {45009, 45033}, {-1}}, number_in(answer.body, "errcode"));
}

// The newer answer has `code`, the older one `StatusCode`.
Verdict feishu(const Answer& answer) {
  auto code = number_in(answer.body, "code");
  if (!code) code = number_in(answer.body, "StatusCode");
  return by_code(answer, {"code", {11232, 99991400}, {}}, code);
}

Verdict slack(const Answer& answer) {
  if (answer.body.starts_with("ok")) return {Kind::delivered, std::to_string(answer.status), {}};
  return verdict_of_failure("a 200 without \"ok\"");
}

// The retired connectors told in a 200 that they were asked too often; a workflow that took it says 202.
Verdict teams(const Answer& answer) {
  if (answer.body.find("429") != std::string_view::npos && answer.body.find("HTTP error") != std::string_view::npos)
    return {Kind::retry, "429 in a 200", std::chrono::seconds(15), true};
  return {Kind::delivered, std::to_string(answer.status), {}};
}

}  // namespace

Verdict judge(const config::Integration& how, const Answer& answer) {
  const auto plain = verdict_of_status(answer.status, answer.retry_after);
  if (plain.kind != Kind::delivered) return plain;
  if (how.kind == "dingtalk") return dingtalk(answer);
  if (how.kind == "wecom") return wecom(answer);
  if (how.kind == "feishu") return feishu(answer);
  if (how.kind == "slack") return slack(answer);
  if (how.kind == "teams") return teams(answer);
  return plain;
}

std::chrono::seconds retry_after_of(std::string_view value, std::string_view date, Time now) {
  const auto text = trimmed(value, " \t\r\n");
  if (!text.empty() && std::ranges::all_of(text, is_digit)) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return read.ec == std::errc() ? std::min(std::chrono::seconds(seconds), kMostRetryAfter) : kMostRetryAfter;
  }
  const auto until = http_date(text);
  if (!until) return std::chrono::seconds(0);
  const auto from = http_date(trimmed(date, " \t\r\n")).value_or(now);
  return std::clamp(std::chrono::floor<std::chrono::seconds>(*until - from),
                    std::chrono::seconds(0), kMostRetryAfter);
}

std::string to_text(NoAnswer why) {
  switch (why) {
    case NoAnswer::refused: return "Couldn't connect to server";
    case NoAnswer::timed_out: return "Timeout was reached";
    case NoAnswer::silent: return "no answer began in time";
    case NoAnswer::nothing: return "Server returned nothing (no headers, no data)";
    case NoAnswer::cut: return "Transferred a partial file";
    case NoAnswer::endless_head: return "an answer whose head does not end";
  }
  return {};
}

Verdict verdict_of_failure(const std::string& what, std::string_view url) { return verdict_of_failure(fmt::format("{} ({})", what, place_of(url))); }

Verdict with_answer(Verdict verdict, std::string_view body, const config::Integration& how) {
  if (verdict.kind != Kind::delivered || verdict.partly) verdict.answer = excerpt_of(body, how);
  return verdict;
}

}  // namespace alarum::deliver
