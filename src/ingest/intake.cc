#include "ingest/intake.h"

#include <algorithm>
#include <bit>

#include "base/log.h"
#include "base/trace_context.h"
#include "http/offload.h"

namespace alarum::ingest {
namespace {

std::uint64_t duplicates(const std::vector<journal::Outcome>& outcomes) {
  std::uint64_t count = 0;
  for (const auto& outcome : outcomes) count += outcome.duplicate;
  return count;
}

constexpr std::size_t kSaid = 200;  // characters of a fault in the log
// Events of one batch that are matched before the thread's other connections have a turn
constexpr std::size_t kYieldEvery = 256;

std::size_t bytes_of(const std::vector<model::Event>& events) {
  std::size_t bytes = 0;
  for (const auto& event : events) bytes += event.bytes().size();
  return bytes;
}

journal::Item matched(const match::Generation* generation, model::Event event,
                      BatchMatches& matches) {
  auto hits = generation ? std::optional(generation->match(event)) : std::nullopt;
  if (hits) matches.add(event, *hits);
  auto seen =
      model::seen_of(event, {});  // hashed here, on one of many threads, to relieve the one writer
  return {std::move(event), std::move(hits), seen};
}

std::unexpected<Error> overloaded() {
  return fail("overloaded", "more events are waiting than can be written; send this again later");
}

}  // namespace

Result<Intake::Pending> Intake::submit(std::vector<model::Event> events,
                                       http::asio::any_io_executor executor, bool tried_again) {
  auto load = size_of(events, {tried_again});
  auto room = admit(load);
  if (!room) return refuse(load, room.error());
  const auto generation = current_.get();
  std::vector<journal::Item> items;
  items.reserve(events.size());
  BatchMatches matches(generation);
  for (auto& event : events) {
    items.push_back(matched(generation.get(), std::move(event), matches));
    check_trace(items.back());
  }
  auto taken = load;
  taken.batch.tried_again = false;  // what the journal has taken is not tried again
  auto pending =
      send(taken, std::move(*room), {std::move(items), std::move(matches)}, std::move(executor));
  if (!pending) return refuse(load, pending.error());
  return pending;
}

http::asio::awaitable<Intake::Outcomes> Intake::commit(std::vector<model::Event> events,
                                                       Batch batch) {
  const auto load = size_of(events, std::move(batch));
  auto room = admit(load);
  if (!room) co_return refuse(load, room.error());
  const auto generation = current_.get();
  std::vector<journal::Item> items;
  items.reserve(events.size());
  BatchMatches matches(generation);
  for (auto& event : events) {
    items.push_back(matched(generation.get(), std::move(event), matches));
    check_trace(items.back());
    if (items.size() % kYieldEvery == 0) co_await http::yield_now();
  }
  const auto executor = co_await http::asio::this_coro::executor;
  auto pending = send(load, std::move(*room), {std::move(items), std::move(matches)}, executor);
  if (!pending) co_return refuse(load, pending.error());
  auto outcomes = co_await pending->wait();
  co_return outcomes;
}

void Intake::check_trace(const journal::Item& item) {
  if (!item.hits || item.hits->hits.empty()) return;
  for (const auto& [name, json] : item.event.extensions()) {
    if (name != "traceparent") continue;
    const bool valid = json.size() > 2 && parse_traceparent(json.substr(1, json.size() - 2));
    if (!valid) count_invalid_trace();
  }
}

Intake::BatchSize Intake::size_of(const std::vector<model::Event>& events, Batch batch) {
  const auto arrived = batch.arrived.value_or(clock_.monotonic());
  return {events.front().format(), events.size(), bytes_of(events), std::move(batch), arrived};
}

Result<Intake::ByteReservation> Intake::admit(const BatchSize& load) {
  if (options_.engine_behind && options_.engine_behind())
    return fail("engine_behind",
                "the engine is too far behind what was taken before; send this again later");
  const auto before = waiting_bytes_.fetch_add(load.bytes);
  ByteReservation room(waiting_bytes_, load.bytes);
  if (before == 0 || before + load.bytes <= options_.most_bytes) return room;
  return overloaded();
}

std::unexpected<Error> Intake::refuse(const BatchSize& load, const Error& why) {
  if (!load.batch.tried_again) counts_.failed(load.format, load.count);
  return std::unexpected(why);
}

Result<Intake::Pending> Intake::send(const BatchSize& load, ByteReservation room, Matched batch,
                                     http::asio::any_io_executor executor) {
  journal::Submission submission;
  submission.items = std::move(batch.items);
  Pending pending(std::move(executor));
  submission.done = [this, pending, load, matches = std::move(batch.matches)](Outcomes outcomes) {
    waiting_bytes_ -= load.bytes;
    if (outcomes) {
      const auto copies = duplicates(*outcomes);
      for (const auto& outcome : *outcomes)
        committed_ = std::max<model::Offset>(committed_, outcome.offset + 1);
      counts_.accepted(load.format, load.count - copies, copies, clock_.wall());
      const auto matched = matches.of(*outcomes);
      counts_.matched(matched);
      if (load.batch.unmatched) *load.batch.unmatched += matched.all_unmatched();
      commit_times_.observe(clock_.monotonic() - load.arrived, load.count);
    } else if (!load.batch.tried_again) {
      counts_.failed(load.format, load.count);
    }
    pending.complete(std::move(outcomes));
  };
  if (journal_.submit(std::move(submission))) return room.hand_over(), pending;
  return overloaded();
}

MatchCounts Intake::matches() const {
  auto counts = counts_.matches();
  const auto generation = current_.get();
  if (!generation) return counts;
  for (const auto& rule : generation->rules().rules) {
    if (counts.by_rule.size() < Counts::kMostRules) counts.by_rule.try_emplace(rule.alert, 0);
  }
  return counts;
}

void Intake::reject(model::Format format, std::string_view sender, const Error& error,
                    std::string_view body, bool keep) {
  journal_.count_rejected(1);
  counts_.rejected(format, error.reason);
  if (keep)
    rejects_.add(clock_.wall(), format, sender, error, body);
  else
    rejects_.leave_out();
}

void Intake::say_refused(model::Format format, std::string_view sender, const Error& error,
                         std::uint64_t items) {
  const auto count = refusals_.count(format, sender, error.reason);
  if (!std::has_single_bit(count)) return;
  const bool kept = error.reason != "other_site";
  log::warn("ingest", kept ? "refused; a copy is in rejected.ndjson" : "refused and only counted",
            {{"format", model::to_text(format)},
             {"sender", sender},
             {"reason", error.reason},
             {"detail", error.message.substr(0, kSaid)},
             {"items", items},
             {"refused", count}});
}

}  // namespace alarum::ingest
