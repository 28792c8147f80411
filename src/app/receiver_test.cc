#include "app/receiver_test.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/guarded.h"

namespace alarum::app {
namespace {

// Behind the time-outs of most integrations.
constexpr std::chrono::seconds kMostTest{60};

model::Message test_message(const std::string& receiver, Time now) {
  model::Change change;
  auto& alert = change.alert;
  alert.id = "test" + std::to_string(now.time_since_epoch().count());
  alert.rule = "AlarumTest";
  alert.labels = {{"alertname", "AlarumTest"}, {"severity", "info"}, {"test", "true"}};
  alert.annotations = {{"summary", "This is a test of the receiver \"" + receiver +
                                       "\": nothing is wrong, and nothing is to be done"}};
  alert.severity = model::Severity::info;
  alert.starts_at = change.at = now;
  return {receiver, "test/" + alert.id, {{"alertname", "AlarumTest"}}, {change}};
}

model::Notification test_notification(const std::string& target, const model::Message& message,
                                      const model::Content& content, Time now) {
  model::Notification out;
  out.id = "ntf-" + message.changes.front().alert.id;
  out.target = target;
  out.group_key = message.group_key;
  out.body = content.body;
  out.headers = content.headers;
  out.created = now;
  return out;
}

void note(TestOutcome& outcome, const deliver::Verdict& verdict) {
  outcome.delivered = verdict.kind == deliver::Verdict::Kind::delivered;
  outcome.detail = verdict.detail, outcome.answer = verdict.answer;
}

}  // namespace

std::vector<TestOutcome> test_receiver(const NotificationConfig& config,
                                       const std::string& receiver, deliver::Transport& transport,
                                       Clock& clock, std::chrono::seconds most,
                                       const std::function<bool()>& stopping) {
  const auto message = test_message(receiver, clock.wall());
  std::vector<TestOutcome> outcomes;
  std::size_t under_way = 0;
  for (const auto& target : config.targets) {
    if (!target.name.starts_with(receiver + '/')) continue;
    outcomes.push_back({target.name, false, "there was no answer in time", {}});
    const auto content = config.outlets.compose(target.name, message);
    if (!content) {
      outcomes.back().detail = "no message was made for it";
      continue;
    }
    auto notification = test_notification(target.name, message, *content, clock.wall());
    notification.sequence = outcomes.size();  // tells which one has ended
    transport.start(target, notification, clock.wall());
    ++under_way;
  }
  const auto until = clock.monotonic() + most;
  while (under_way > 0 && clock.monotonic() < until && !stopping()) {
    for (const auto& ended : transport.wait(std::chrono::milliseconds(200)))
      note(outcomes.at(ended.sequence - 1), ended.verdict), --under_way;
  }
  transport.stop();
  return outcomes;
}

std::string no_such_receiver(const NotificationConfig& config, const std::string& receiver) {
  std::vector<std::string> names;
  for (const auto& target : config.outlets.targets) {
    if (names.empty() || names.back() != target.receiver) names.push_back(target.receiver);
  }
  return fmt::format("there is no receiver \"{}\" with a way to notify it, only {}", receiver,
                     names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

std::string outcomes_json(const std::vector<TestOutcome>& outcomes) {
  using Json = nlohmann::ordered_json;
  auto list = Json::array();
  for (const auto& one : outcomes) {
    Json json{{"target", one.target}, {"delivered", one.delivered}, {"detail", one.detail}};
    if (!one.answer.empty()) json["answer"] = one.answer;
    list.push_back(std::move(json));
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::string> ReceiverTests::run(const std::string& receiver) {
  Result<std::string> answer;
  const auto done = engine::caught([&]() -> Result<void> {
    const auto config = parts_.config();
    const auto transport = parts_.transport();
    const auto outcomes = test_receiver(*config, receiver, *transport, parts_.clock, kMostTest,
                                        [this] { return thread_.stopping(); });
    if (outcomes.empty()) return fail("not_found", no_such_receiver(*config, receiver));
    answer = outcomes_json(outcomes);
    return {};
  });
  if (!done) return std::unexpected(done.error());
  return answer;
}

void ReceiverTests::test(const std::string& receiver, const Done& done) {
  if (busy_.exchange(true))
    return done.complete(fail("busy", "another receiver is being tested: try again later"));
  const auto job = [this, receiver, done] {
    auto answer = run(receiver);
    busy_ = false;
    done.complete(std::move(answer));
  };
  if (thread_.stopping() || !thread_.start(job))
    done.complete(fail("stopping", "the daemon is stopping"));
}

}  // namespace alarum::app
