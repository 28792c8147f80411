// What the core counts about itself: the journal's totals against what the engine stepped.
#include <fmt/format.h>

#include "alert/book_view.h"
#include "app/core.h"
#include "app/readiness.h"
#include "base/log.h"
#include "tools/past.h"

namespace alarum::app {
namespace {

constexpr std::size_t kNamed = 3;  // of what could not be processed

std::vector<std::string> named(const engine::Processor& processor) {
  std::vector<std::string> out;
  for (const auto& one : processor.parked()) {
    if (out.size() == kNamed) break;
    out.push_back(fmt::format("record {} ({}: {})", one.offset, one.doing, one.reason));
  }
  if (processor.parked_count() > kNamed)
    out.push_back(
        fmt::format("{} more; GET /api/v1/processing-errors", processor.parked_count() - kNamed));
  return out;
}

std::map<std::string, std::uint64_t> rejected(const ingest::Counts& counts) {
  std::map<std::string, std::uint64_t> reasons;
  for (const auto& [format, one] : counts.snapshot()) {
    for (const auto& [reason, count] : one.rejected) reasons[reason] += count;
  }
  return reasons;
}

std::map<std::string, std::uint64_t> unmatched(const ingest::Counts& counts) {
  std::map<std::string, std::uint64_t> kinds;
  for (const auto& [kind, count] : counts.matches().unmatched)
    kinds[tools::unmatched_kind(kind.first, kind.second)] += count;
  return kinds;
}

}  // namespace

Audit::Ports Core::audit_ports() {
  Audit::Ports ports;
  ports.end = [this] { return storage_->journal().stats().end_offset; };
  ports.ask_engine = [this](std::function<void(std::optional<Stepped>)> done) {
    return stage_->ask(
        [done = std::move(done)](engine::Engine&, alert::Book&, engine::Processor& processor) {
          done(Stepped{processor.next_offset(), processor.counts().events, named(processor)});
        });
  };
  ports.count = [this](model::Offset end, Stepped stepped) {
    return balance(end, std::move(stepped));
  };
  ports.post = [this](alert::Posted posted) { own_alerts_->post(std::move(posted)); };
  ports.retry = [this] { own_alerts_->retry(); };
  ports.clock_back = [this] {
    const auto stats = storage_->journal().stats();
    return Audit::ClockBack{stats.clock_backs, stats.clock_back};
  };
  ports.degraded = [this] { return unannounced(readiness_.checks()); };
  ports.watch_targets = [this] { watch_targets(); };
  return ports;
}

// The connection is opened once, because reading the schema and preparing statements cost more than
// counting a small book.
Result<alert::BookView*> Core::book_view() {
  if (!book_view_) {
    auto opened = alert::BookView::open(storage_->book_path(), world_.sqlite);
    if (!opened) return std::unexpected(opened.error());
    book_view_.emplace(std::move(*opened));
  }
  return &*book_view_;
}

// The journal grows during a count. Events that it stored after the engine was asked are pending;
// if there are none, no event may be pending.
Result<tools::Balance> Core::balance(model::Offset end, Stepped stepped) {
  const auto stats = storage_->journal().stats();
  const auto book = book_view();
  if (!book) return std::unexpected(book.error());
  auto sums = (*book)->sums();
  if (!sums) {
    book_view_.reset();
    return std::unexpected(sums.error());
  }
  tools::Balance balance{stats.totals,
                         0,
                         tools::written(stats.totals),
                         storage_->stepped_before() + stepped.events,
                         std::move(*sums),
                         rejected(intake_->counts()),
                         std::move(stepped.unprocessed),
                         unmatched(intake_->counts())};
  balance.worked_off = end == stats.end_offset && stepped.below == end;
  return balance;
}

// Records a change of the receivers of built-in alerts, so that a replay chooses the same. The
// config's own receiver needs no record unless others were recorded before.
void Core::choose_own_receivers(const std::set<std::string>& failing) {
  auto& last = own_choice_;
  const auto route = in_force_.own_route.get();
  auto names = route->receivers(failing);
  const bool first = names == route->receivers({});
  const bool known = first ? last.first : last.names == names && last.route == route;
  if (known && !own_choice_lost_.exchange(false)) return;
  last = {route, names, first};
  (void)storage_->journal().submit_control(model::OwnReceivers{std::move(names)}, {},
                                           [this](const Result<model::Offset>& at) {
                                             if (!at) own_choice_lost_ = true;
                                           });
}

// The receivers of built-in alerts are chosen before the alert about them is posted.
void Core::watch_targets() {
  TargetWatch::Seen seen;
  if (const auto failing = delivery_->failing()) seen.failing = *failing;
  if (!seen.failing.empty()) {
    const auto book = book_view();
    auto waiting = book ? (*book)->waiting() : std::unexpected(book.error());
    if (waiting)
      seen.waiting = std::move(*waiting);
    else
      book_view_.reset();
  }
  auto outcome = target_watch_.look(seen, {world_.clock.monotonic(), world_.clock.wall()});
  choose_own_receivers(outcome.failing);
  if (outcome.post) own_alerts_->post(std::move(*outcome.post));
}

}  // namespace alarum::app
