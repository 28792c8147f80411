#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "base/random.h"
#include "base/snapshot.h"
#include "http/completion.h"
#include "http/handler.h"
#include "ingest/batch_matches.h"
#include "ingest/counts.h"
#include "ingest/heard.h"
#include "ingest/refusals.h"
#include "ingest/rejects.h"
#include "journal/journal.h"
#include "match/generation.h"

namespace alarum::ingest {

/// The sources of time and chance, which tests and the simulator replace.
struct ClockAndRandom {
  Clock& clock;
  Random& random;
};

/// The only way from any transport into the journal. It matches events under the generation in
/// force, submits them to the journal's writer, and reports their outcomes. Owned by app::Core; has
/// no thread of its own. Every method may be called from any thread.
///
/// Bounds: most_bytes of events that wait for their commit, beside the journal's own bound on their
/// number. Past them nothing is stored, and the caller gets `overloaded`.
class Intake {
 public:
  struct Options {
    /// Bytes of events that wait for their commit, of all senders together. One batch alone is
    /// always accepted, whatever its size.
    std::size_t most_bytes = 64 << 20;
    /// While this returns true, events are rejected as `engine_behind`. Called on any thread;
    /// empty: never.
    std::function<bool()> engine_behind = {};
  };
  using Outcomes = Result<std::vector<journal::Outcome>>;
  using Pending = http::Completion<Outcomes>;

  Intake(Options options, journal::Journal& journal, const Snapshot<match::Generation>& current,
         Rejects& rejects, ClockAndRandom from)
      : options_(options),
        journal_(journal),
        current_(current),
        rejects_(rejects),
        clock_(from.clock),
        random_(from.random) {}

  /// Matches the events and submits them as one batch. `events` must not be empty, and all must
  /// have one format. `executor`: that of the coroutine which will wait for the result. Errors
  /// `overloaded` and `engine_behind`: nothing was stored, try again later.
  /// With `tried_again` a refusal does not count the events as failed: the caller comes back with
  /// them, or calls give_up().
  Result<Pending> submit(std::vector<model::Event> events, http::asio::any_io_executor executor,
                         bool tried_again = false);
  /// Does the same and waits for the commit, yielding to other connections every 256 events.
  /// Returns when the events are on disk. Errors: also those of Submission::done, for example
  /// `disk_full` and `stopping`.
  http::asio::awaitable<Outcomes> commit(std::vector<model::Event> events) {
    return commit(std::move(events), Batch());
  }
  /// The same for a caller that comes back with what was not accepted.
  struct Batch {
    bool tried_again = false;  ///< as of submit()
    /// When it came first, monotonic; nullopt: now.
    std::optional<std::chrono::nanoseconds> arrived = {};
    /// Accepted events that matched no rule are added to it; may be nullptr.
    std::shared_ptr<std::atomic<std::uint64_t>> unmatched = {};
  };
  http::asio::awaitable<Outcomes> commit(std::vector<model::Event> events, Batch batch);
  /// Counts events as failed that were not accepted and are not tried again.
  void give_up(model::Format format, std::size_t events) { counts_.failed(format, events); }

  /// Counts an item that a decoder rejected, and writes a copy of `body` to rejected.ndjson. With
  /// `keep` false it only counts; callers pass that for items past the first of a large batch.
  void reject(model::Format format, std::string_view sender, const Error& error,
              std::string_view body, bool keep = true);

  /// Logs that a request, or `items` of it, were rejected; `error` is the first reason. The line is
  /// written for the first such request of a sender, the second, the fourth and so on.
  void say_refused(model::Format format, std::string_view sender, const Error& error,
                   std::uint64_t items = 1);

  /// The offset after the last event that was committed since the start; 0 if there was none.
  model::Offset committed() const { return committed_; }
  /// A view of the committed records, for sources that compare with them. Reading blocks on disk.
  journal::JournalView& past() const { return journal_.view(); }
  Counts& counts() { return counts_; }
  Heard& heard() { return heard_; }
  /// How many accepted events matched which rules since the start. Rules in force that matched
  /// nothing have a 0.
  MatchCounts matches() const;
  /// How long accepted events and duplicates took from their arrival here (read and decoded) until
  /// they were on disk.
  HistogramValues commit_times() const { return commit_times_.values(); }
  /// The `traceparent` of a request or an event was invalid and is ignored.
  void count_invalid_trace() { ++invalid_traces_; }
  std::uint64_t invalid_traces() const { return invalid_traces_; }
  Time now() { return clock_.wall(); }
  std::chrono::nanoseconds monotonic() { return clock_.monotonic(); }
  Random& random() { return random_; }

 private:
  struct BatchSize {
    model::Format format;
    std::size_t count, bytes;
    Batch batch;
    std::chrono::nanoseconds arrived;
  };
  // Counts its bytes as waiting. The destructor gives them back unless hand_over() was called:
  // then Submission::done gives them back, once the journal has committed the events.
  class ByteReservation {
   public:
    ByteReservation(std::atomic<std::size_t>& waiting, std::size_t bytes)
        : waiting_(&waiting), bytes_(bytes) {}
    ByteReservation(ByteReservation&& other) noexcept
        : waiting_(std::exchange(other.waiting_, nullptr)), bytes_(other.bytes_) {}
    ByteReservation& operator=(ByteReservation&&) = delete;
    ~ByteReservation() {
      if (waiting_) *waiting_ -= bytes_;
    }
    void hand_over() { waiting_ = nullptr; }

   private:
    std::atomic<std::size_t>* waiting_;
    std::size_t bytes_;
  };
  struct Matched {
    std::vector<journal::Item> items;
    BatchMatches matches;
  };
  BatchSize size_of(const std::vector<model::Event>& events, Batch batch);
  // Counts a trace of an event that matched a rule and is invalid.
  void check_trace(const journal::Item& item);
  // Reserves the bytes, or says why nothing is accepted now.
  Result<ByteReservation> admit(const BatchSize& load);
  // Counts the events as failed and passes the error on.
  std::unexpected<Error> refuse(const BatchSize& load, const Error& why);
  Result<Pending> send(const BatchSize& load, ByteReservation room, Matched batch,
                       http::asio::any_io_executor executor);

  const Options options_;
  journal::Journal& journal_;
  const Snapshot<match::Generation>& current_;
  Rejects& rejects_;
  Clock& clock_;
  Random& random_;
  Counts counts_;
  LatencyHistogram commit_times_;
  std::atomic<std::uint64_t> invalid_traces_ = 0;
  Heard heard_;
  Refusals refusals_;
  std::atomic<std::size_t> waiting_bytes_ = 0;
  std::atomic<model::Offset> committed_ = 0;  ///< written on the journal's thread alone
};

}  // namespace alarum::ingest
