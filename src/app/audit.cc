#include "app/audit.h"

#include "base/log.h"
#include "base/thread_name.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kEngineAnswers = 5s;  // how long the engine's answer is waited for
constexpr auto kClockAlertLasts = 24h;
constexpr int kShareOfTime =
    20;  // a book that takes a second to count is counted every 20 s at most

}  // namespace

alert::Posted unbalanced_alert(const std::vector<std::string>& faults, Time since,
                               std::optional<Time> over) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumLedgerUnbalanced"}, {"severity", "critical"}};
  posted.starts_at = since;
  posted.ends_at = over;
  std::string all;
  for (const auto& fault : faults) all += (all.empty() ? "" : "; ") + fault;
  posted.annotations = {{"summary", "Alarum cannot account for everything that it took in"},
                        {"description", all},
                        {"runbook",
                         "An event or a notification may be lost. Run \"alarum "
                         "ledger\" on the data folder, which counts once more from the files, look "
                         "into the log for damage, and keep the folder for a report."}};
  return posted;
}

alert::Posted clock_alert(Duration by, Time now) {
  alert::Posted posted;
  posted.labels = {{"alertname", "AlarumClockWentBack"}, {"severity", "warning"}};
  posted.starts_at = now;
  posted.ends_at = now + kClockAlertLasts;
  posted.annotations = {
      {"summary", "The wall clock of Alarum's host went back by " + format_duration(by)},
      {"description",
       "It was wrong before, or it is wrong now. Events, silences and time intervals are judged by "
       "the clock as it is now; timers run on."},
      {"runbook",
       "Check the clock of Alarum's host and its time synchronisation. If the clock is right now, "
       "silences and times of alerts that were made before may be off by as much. "
       "This alert ends by itself."}};
  return posted;
}

void Audit::show(Answer answer) {
  if (!channel_.push_over_bound(Item(answer))) answer(fail("stopping", "the daemon is stopping"));
}

void Audit::start() {
  thread_ = std::thread([this] {
    name_thread("audit");
    while (turn(patience())) {
    }
  });
}

void Audit::close() {
  closing_ = true;
  channel_.push_over_bound(Item(Wake{}));
}

void Audit::stop() {
  close();
  if (thread_.joinable()) thread_.join();
}

std::chrono::nanoseconds Audit::patience() const {
  // Those who asked during a count wait for the next one, which begins at once.
  if (channel_.ready() || (!count_ && !waiting_.empty())) return 0ns;
  const auto until = count_ ? count_->began + kEngineAnswers : next_;
  const auto now = clock_.monotonic();
  return until > now ? until - now : 0ns;
}

bool Audit::turn(std::chrono::nanoseconds most) {
  auto items = channel_.take_all(most);
  if (!items) return false;
  for (auto& item : *items) take(item);
  if (!count_ && is_due() && !(closing_ && waiting_.empty())) begin_count();
  if (count_ && (count_->answered || clock_.monotonic() >= count_->began + kEngineAnswers))
    end_count();
  if (!closing_ || count_ || !waiting_.empty()) return true;
  channel_.close();
  while (auto rest = channel_.take_all(0ns)) {
    for (auto& item : *rest) take(item);
  }
  for (const auto& asker : std::exchange(waiting_, {}))
    asker(fail("stopping", "the daemon is stopping"));
  return false;
}

void Audit::take(Item& item) {
  if (auto* asker = std::get_if<Answer>(&item)) waiting_.push_back(std::move(*asker));
  auto* engine = std::get_if<FromEngine>(&item);
  if (engine && count_ && engine->number == number_)
    count_->answered = true, count_->stepped = std::move(engine->stepped);
}

// Post the built-in alerts first, because they may be about the reason why the engine does not
// answer.
void Audit::begin_count() {
  ports_.retry();
  announce_clock();
  announce_degraded();
  ports_.watch_targets();
  count_.emplace(Count{std::exchange(waiting_, {}), ports_.end(), clock_.monotonic()});
  const auto done = [this, number = ++number_](std::optional<Stepped> stepped) {
    channel_.push_over_bound(Item(FromEngine{number, std::move(stepped)}));
  };
  count_->answered = !ports_.ask_engine(done);
}

void Audit::end_count() {
  const auto balance = counted();
  const auto count = *std::exchange(count_, std::nullopt);
  const auto answer =
      balance
          ? Result<api::TextAndJson>({tools::balance_text(*balance), tools::balance_json(*balance)})
          : std::unexpected(balance.error());
  for (const auto& asker : count.askers) asker(answer);
  const auto now = clock_.monotonic();
  next_ = now + std::max<std::chrono::nanoseconds>(every_, kShareOfTime * (now - count.began));
}

Result<tools::Balance> Audit::counted() {
  auto balance = count_->stepped ? ports_.count(count_->end, std::move(*count_->stepped))
                                 : fail("busy", "the engine did not answer in time");
  if (!balance) {
    log::warn("app", "the books could not be counted",
              {{"reason", balance.error().reason}, {"detail", balance.error().message}});
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
    for (const auto& fault : faults)
      log::error("app", "the ledger does not balance", {{"fault", fault}});
  }
  ports_.post(unbalanced_alert(post->over ? std::vector<std::string>{"it balances again"} : faults,
                               post->since, post->over));
}

}  // namespace alarum::app
