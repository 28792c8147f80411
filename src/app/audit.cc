#include "app/audit.h"

#include "base/log.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kEvery = 1min;
constexpr auto kClockAlertLasts = 24h;
constexpr int kShareOfTime = 20;   // a book that takes a second to count is counted every 20 s at most

}  // namespace

alert::Posted unbalanced_alert(const std::vector<std::string>& faults, Time since, std::optional<Time> over) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumLedgerUnbalanced"}, {"severity", "critical"}};
  posted.starts_at = since;
  posted.ends_at = over;
  std::string all;
  for (const auto& fault : faults) all += (all.empty() ? "" : "; ") + fault;
  posted.annotations = {{"summary", "Alarum cannot account for everything that it took in"},
                        {"description", all},
                        {"runbook", "An event, or the news of an alert, may have reached nobody. Run \"alarum ledger\" on the data folder, which counts once more from the files, look "
                                    "into the log for damage, and keep the folder for a report."}};
  return posted;
}

alert::Posted clock_alert(Duration by, Time now) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumClockWentBack"}, {"severity", "warning"}};
  posted.starts_at = now;
  posted.ends_at = now + kClockAlertLasts;
  posted.annotations = {{"summary", "The wall clock of Alarum's host went back by " + format_duration(by)},
                        {"description", "It was wrong before, or it is wrong now. Events, silences and time intervals are judged by the clock as it is now; timers run on."},
                        {"runbook", "Check the clock of Alarum's host and its time synchronisation. If the clock is right now, silences and times of alerts that were made before may be off by as much. "
                                    "This alert ends by itself."}};
  return posted;
}

void Audit::show(Answer answer) {
  if (!questions_.push_over_bound(answer)) answer.complete(fail("stopping", "the daemon is stopping"));
}

void Audit::start() {
  thread_ = std::thread([this] { run(); });
}

void Audit::stop() {
  begin_stop();
  if (thread_.joinable()) thread_.join();
}

void Audit::run() {
  auto patience = std::chrono::nanoseconds(0);
  while (auto questions = questions_.take_all(patience)) {
    ports_.retry();
    announce_clock();
    announce_degraded();
    ports_.watch_targets();
    const auto began = clock_.monotonic();
    const auto balance = count();
    for (const auto& question : *questions) {
      question.complete(balance ? Result<api::Page>({tools::balance_text(*balance), tools::balance_json(*balance)}) : std::unexpected(balance.error()));
    }
    patience = std::max<std::chrono::nanoseconds>(kEvery, kShareOfTime * (clock_.monotonic() - began));
  }
}

Result<tools::Balance> Audit::count() {
  auto balance = ports_.count();
  if (!balance) {
    log::warn("app", "the books could not be counted", {{"reason", balance.error().reason}, {"detail", balance.error().message}});
    return balance;
  }
  tell(balance->faults());
  latest_.set(std::make_shared<const tools::Balance>(*balance));
  return balance;
}

void Audit::announce_clock() {
  const auto back = ports_.clock_back();
  if (back.times == std::exchange(clock_backs_, back.times)) return;
  ports_.post(clock_alert(back.by, clock_.wall()));
}

void Audit::announce_degraded() {
  const auto said = ports_.degraded();
  const auto post = degraded_.look(!said.empty(), clock_.wall(), clock_.monotonic());
  if (post) ports_.post(degraded_alert(said, *post));
}

void Audit::tell(const std::vector<std::string>& faults) {
  const auto post = unbalanced_.look(!faults.empty(), clock_.wall(), clock_.monotonic());
  if (!post) return;
  if (post->first) {
    for (const auto& fault : faults) log::error("app", "the ledger does not balance", {{"fault", fault}});
  }
  ports_.post(unbalanced_alert(post->over ? std::vector<std::string>{"it balances again"} : faults, post->since, post->over));
}

}  // namespace alarum::app
