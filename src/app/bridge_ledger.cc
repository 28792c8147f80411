// What the daemon counts about itself: the journal's totals against what the engine stepped.
#include <fmt/format.h>

#include "alert/book_view.h"
#include "app/ask_engine.h"
#include "app/bridge.h"
#include "base/hash.h"
#include "base/log.h"
#include "tools/past.h"

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

struct Stepped {
  model::Offset below = 0;
  std::uint64_t events = 0;
  std::vector<std::string> unprocessed;
};

constexpr std::size_t kNamed = 3;  // of what could not be processed

std::vector<std::string> named(const engine::Ledger& ledger) {
  std::vector<std::string> out;
  for (const auto& one : ledger.parked()) {
    if (out.size() == kNamed) break;
    out.push_back(fmt::format("record {} ({}: {})", one.offset, one.doing, one.reason));
  }
  if (ledger.parked_count() > kNamed) out.push_back(fmt::format("{} more; GET /api/v1/parked", ledger.parked_count() - kNamed));
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
  for (const auto& [kind, count] : counts.matches().unmatched) kinds[tools::unmatched_kind(kind.first, kind.second)] += count;
  return kinds;
}

}  // namespace

// The journal goes on meanwhile: what it took in after the engine was asked is pending. Where it did not, nothing may be.
Result<tools::Balance> Bridge::balance() {
  const auto before = journal_->stats().end_offset;
  auto stepped = ask_engine(*stage_, 5s, [](engine::Engine&, alert::Book&, engine::Ledger& ledger) { return Stepped{ledger.next_offset(), ledger.counts().events, named(ledger)}; });
  if (!stepped) return fail("busy", "the engine did not answer in time");
  const auto stats = journal_->stats();
  auto book = alert::BookView::open(config_.data + "/book.sqlite");
  if (!book) return std::unexpected(book.error());
  auto sums = book->sums();
  if (!sums) return std::unexpected(sums.error());
  tools::Balance balance{stats.totals, 0, tools::written(stats.totals), stepped_before_ + stepped->events, std::move(*sums), rejected(intake_->counts()), std::move(stepped->unprocessed), unmatched(intake_->counts())};
  balance.worked_off = before == stats.end_offset && stepped->below == before;
  return balance;
}

// The receivers of built-in alerts are chosen before the alert about them is posted.
void Bridge::watch_targets() {
  TargetWatch::Seen seen;
  if (const auto failing = deliver_.failing()) seen.failing = *failing;
  if (!seen.failing.empty()) {
    auto book = alert::BookView::open(config_.data + "/book.sqlite");
    auto waiting = book ? book->waiting() : std::unexpected(book.error());
    if (waiting) seen.waiting = std::move(*waiting);
  }
  auto outcome = target_watch_.look(seen, {clock_.monotonic(), clock_.wall()});
  stage_->ask([receivers = own_route_.get()->receivers(outcome.failing)](engine::Engine&, alert::Book&, engine::Ledger& ledger) { ledger.set_own_receivers(receivers); });
  if (outcome.post) own_alerts_->post(std::move(*outcome.post));
}

}  // namespace alarum::app
