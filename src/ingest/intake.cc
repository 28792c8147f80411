#include "ingest/intake.h"

#include <algorithm>

namespace alarum::ingest {
namespace {

std::uint64_t duplicates(const std::vector<journal::Outcome>& outcomes) {
  std::uint64_t count = 0;
  for (const auto& outcome : outcomes) count += outcome.duplicate;
  return count;
}

}  // namespace

Result<Intake::Pending> Intake::submit(std::vector<model::Event> events, http::asio::any_io_executor executor) {
  const auto format = events.front().format();
  const auto count = events.size();
  std::size_t bytes = 0;
  for (const auto& event : events) bytes += event.bytes().size();
  const auto before = waiting_bytes_.fetch_add(bytes);
  const auto generation = current_.get();
  journal::Submission submission;
  submission.rejected = unreported_rejects_.exchange(0);
  const auto rejected = submission.rejected;
  if (before == 0 || before + bytes <= options_.most_bytes) {
    submission.items.reserve(count);
    for (auto& event : events) {
      auto hits = generation ? std::optional(generation->match(event)) : std::nullopt;
      submission.items.push_back({std::move(event), std::move(hits)});
    }
    Pending pending(std::move(executor));
    submission.done = [this, pending, bytes, count, format, rejected](Outcomes outcomes) {
      waiting_bytes_ -= bytes;
      if (outcomes) {
        const auto copies = duplicates(*outcomes);
        for (const auto& outcome : *outcomes) committed_ = std::max<model::Offset>(committed_, outcome.offset + 1);
        counts_.accepted(format, count - copies, copies);
      } else {
        unreported_rejects_ += rejected;
        counts_.failed(format, count);
      }
      pending.complete(std::move(outcomes));
    };
    if (journal_.submit(std::move(submission))) return pending;
  }
  waiting_bytes_ -= bytes;
  unreported_rejects_ += rejected;
  counts_.failed(format, count);
  return fail("overloaded", "more events are waiting than can be written; send this again later");
}

http::asio::awaitable<Intake::Outcomes> Intake::commit(std::vector<model::Event> events) {
  const auto executor = co_await http::asio::this_coro::executor;
  auto pending = submit(std::move(events), executor);
  if (!pending) co_return std::unexpected(pending.error());
  auto outcomes = co_await pending->wait();
  co_return outcomes;
}

void Intake::reject(model::Format format, std::string_view sender, const Error& error, std::string_view body, bool keep) {
  ++unreported_rejects_;
  counts_.rejected(format, error.reason);
  if (keep) rejects_.add(clock_.wall(), format, sender, error, body);
  else rejects_.leave_out();
}

}  // namespace alarum::ingest
