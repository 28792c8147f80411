#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/fields.h"
#include "engine/rule_test.h"

namespace alarum::engine {
namespace {

constexpr auto kAnswers = "200, 429 retry-after 30, 500 or time-out";

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(value)
                                                                         : std::nullopt;
}

std::optional<TestAnswer> parse_answer(std::string_view text) {
  if (text == "time-out") return TestAnswer{0, {}};
  constexpr std::string_view kWait = " retry-after ";
  const auto wait = text.find(kWait);
  const auto status = whole_number(text.substr(0, wait));
  const auto seconds = wait == text.npos ? std::optional<std::uint64_t>(0)
                                         : whole_number(text.substr(wait + kWait.size()));
  if (!status || !seconds || *status < 100 || *status > 599 || *seconds > 86400)
    return std::nullopt;
  return TestAnswer{static_cast<long>(*status), std::chrono::seconds(*seconds)};
}

std::vector<TestAnswer> answer_list(const Node& node, Diagnostics& out) {
  std::vector<TestAnswer> answers;
  if (!expect_kind(node, Node::Kind::sequence, "answers",
                   fmt::format("a list such as [{}]", kAnswers), out))
    return answers;
  for (const auto& item : node.items) {
    if (const auto answer = parse_answer(item.text)) {
      answers.push_back(*answer);
    } else {
      out.error(item.place, fmt::format("{} is not an answer: {}", describe(item), kAnswers));
    }
  }
  return answers;
}

RequestExpectation expectation(const Node& node, Diagnostics& out) {
  RequestExpectation wanted;
  wanted.place = node.place;
  if (!expect_kind(node, Node::Kind::mapping, "expect_requests", "a list of mappings", out))
    return wanted;
  check_keys(node, {{"at", "to", "attempt", "answer", "body"}, {}}, "an expected request", out);
  const auto* at = node.find("at");
  if (!at)
    out.error(node.place, "an expected request needs \"at\", as an offset from the test's start");
  if (at)
    wanted.at = read_duration(*at, "at", Duration::zero(), std::chrono::days(3650), out)
                    .value_or(Duration::zero());
  if (const auto* to = node.find("to")) wanted.to = read_string(*to, "to", out).value_or("");
  if (const auto* attempt = node.find("attempt"))
    wanted.attempt = read_count(*attempt, "attempt", 1, 1'000'000, out);
  if (const auto* answer = node.find("answer")) {
    const auto parsed = parse_answer(answer->text);
    if (!parsed)
      out.error(answer->place, fmt::format("{} is not an answer: {}", describe(*answer), kAnswers));
    wanted.answer = parsed.value_or(TestAnswer{}).text();
  }
  if (const auto* body = node.find("body")) wanted.body = *body;
  return wanted;
}

}  // namespace

std::string TestAnswer::text() const {
  if (status == 0) return "time-out";
  return retry_after.count() == 0 ? std::to_string(status)
                                  : fmt::format("{} retry-after {}", status, retry_after.count());
}

void read_requests(const Node& test, RuleTest& out, Diagnostics& faults) {
  if (const auto* answers = test.find("answers")) {
    if (answers->is(Node::Kind::mapping)) {
      for (const auto& [target, list] : answers->members)
        out.answers[target.text] = answer_list(list, faults);
    } else {
      out.answers[""] = answer_list(*answers, faults);
    }
  }
  const auto* expected = test.find("expect_requests");
  if (!expected || !expect_kind(*expected, Node::Kind::sequence, "expect_requests",
                                "a list of expected requests", faults))
    return;
  out.requests.emplace();
  for (const auto& item : expected->items) out.requests->push_back(expectation(item, faults));
}

}  // namespace alarum::engine
