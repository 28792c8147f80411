#include "ingest/stream/feed.h"

#include <algorithm>
#include <bit>

#include "base/log.h"

namespace alarum::ingest {
namespace {

using namespace std::chrono_literals;
namespace asio = http::asio;

std::int64_t milliseconds_now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

asio::awaitable<Result<std::vector<journal::Outcome>>> Feed::commit(
    std::vector<model::Event> events) {
  auto pause = 20ms;
  const Intake::Batch batch{true, intake_.monotonic(), counts_.unmatched};
  for (bool told = false;;) {
    auto copy = events;  // the originals are needed if this attempt fails
    auto outcomes = co_await intake_.commit(std::move(copy), batch);
    if (outcomes) {
      const auto copies = static_cast<std::uint64_t>(
          std::ranges::count_if(*outcomes, &journal::Outcome::duplicate));
      counts_.accepted += outcomes->size() - copies;
      counts_.duplicate += copies;
      counts_.last_heard = intake_.now().time_since_epoch().count();
      if (told) log::info("ingest", "a source goes on", {{"source", name_}});
      co_return outcomes;
    }
    ++counts_.held_back;
    if (outcomes.error().reason == "stopping" || gives_up()) break;
    if (!told && outcomes.error().reason != "overloaded") {
      log::warn("ingest", "a source waits: its events cannot be written",
                {{"source", name_}, {"reason", outcomes.error().reason}});
      told = true;
    }
    asio::steady_timer timer(co_await asio::this_coro::executor, pause);
    constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
    co_await timer.async_wait(tuple);
    pause = std::min(pause * 2, 500ms);
  }
  intake_.give_up(events.front().format(), events.size());
  log::warn("ingest", "the daemon stops before a source's last events are written",
            {{"source", name_}, {"events", events.size()}});
  co_return fail("stopping", "the daemon is stopping");
}

void Feed::stop() {
  if (stopping_) return;
  stopped_at_ = milliseconds_now();
  stopping_ = true;
}

// The time is counted from stop() and not from the beginning of each commit, because a source with
// many files or connections begins many commits.
bool Feed::gives_up() const {
  return stopping_ && milliseconds_now() - stopped_at_ >= kLastTries.count();
}

void Feed::reject(model::Format format, std::string_view sender, std::string_view place,
                  const Error& error, std::string_view text) {
  ++counts_.rejected;
  counts_.rejected_for.add(error.reason);
  intake_.reject(format, sender, error, text);
  const auto now = milliseconds_now() / 1000;
  auto last = said_at_.load();
  if ((last != 0 && now - last < 10) || !said_at_.compare_exchange_strong(last, now)) {
    ++unsaid_;
    return;
  }
  log::warn("ingest", "refused; a copy is in rejected.ndjson",
            {{"source", name_},
             {"sender", sender},
             {"place", place},
             {"reason", error.reason},
             {"detail", error.message},
             {"more_unsaid", unsaid_.exchange(0)}});
}

// Log the first, the second, the fourth and so on, because a flood of connections must not become a
// flood of lines.
void Feed::refuse(std::string_view why, std::string_view sender) {
  const auto count = ++counts_.refused;
  if (std::has_single_bit(count))
    log::warn("ingest", why, {{"source", name_}, {"sender", sender}, {"refused", count}});
}

void Feed::gap(std::string_view what) {
  ++counts_.gaps;
  log::warn("ingest", "a gap", {{"source", name_}, {"detail", what}});
}

Result<void> Feed::lose_place(const PositionFile& file, const Error& why,
                              std::string_view instead) {
  auto said = file.set_aside(why, instead);
  if (!said) return std::unexpected(said.error());
  gap(*said);
  lost_place_.set(std::make_shared<const std::string>(std::move(*said)));
  return {};
}

std::string Feed::lost_place() const {
  const auto said = lost_place_.get();
  return said ? *said : "";
}

asio::awaitable<void> Feed::sleep(std::chrono::milliseconds span) const {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (auto left = span; left > 0ms && !stopping_; left -= std::min(left, 100ms)) {
    timer.expires_after(std::min(left, 100ms));
    constexpr auto tuple = asio::as_tuple(asio::use_awaitable);
    co_await timer.async_wait(tuple);
  }
}

}  // namespace alarum::ingest
