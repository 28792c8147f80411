#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
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

/// What the intake does not decide by itself.
struct ClockAndRandom {
  Clock& clock;
  Random& random;
};

/// The one door between every transport and the journal: matches events under the generation in
/// force, hands them to the writer, and says what became of them. Owns no thread; called on the
/// transports' threads.
class Intake {
 public:
  struct Options {
    /// Of events that wait for their commit, all senders together
    std::size_t most_bytes = 64 << 20;
    /// Nothing is taken while it says so; any thread. Empty: never
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

  /// Matches and submits. Errors `overloaded`, `engine_behind`: nothing was taken, try again later.
  /// The events must not be empty.
  Result<Pending> submit(std::vector<model::Event> events, http::asio::any_io_executor executor);
  /// submit() and wait. Errors: also those of Submission::done.
  http::asio::awaitable<Outcomes> commit(std::vector<model::Event> events);

  /// Counts and keeps what a decoder refused; where it is one of very many, only counts.
  void reject(model::Format format, std::string_view sender, const Error& error,
              std::string_view body, bool keep = true);

  /// A sender's request was refused, or `items` of it, for this first of all: said in the log ever
  /// less often.
  void say_refused(model::Format format, std::string_view sender, const Error& error,
                   std::uint64_t items = 1);

  /// The offset after the last event that was committed since the start; 0: none was.
  model::Offset committed() const { return committed_; }
  /// What was committed, to read.
  journal::JournalView& past() const { return journal_.view(); }
  Counts& counts() { return counts_; }
  Heard& heard() { return heard_; }
  /// What the rules made of what was accepted since the start, with those in force that matched
  /// nothing yet.
  MatchCounts matches() const;
  Time now() { return clock_.wall(); }
  Random& random() { return random_; }

 private:
  struct BatchSize {
    model::Format format;
    std::size_t count, bytes;
  };
  // Its bytes count as waiting until it is let go: the journal took the events over, or whoever
  // brought them is gone.
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
  Result<ByteReservation> admit(const BatchSize& load);
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
  Heard heard_;
  Refusals refusals_;
  std::atomic<std::size_t> waiting_bytes_ = 0;
  std::atomic<model::Offset> committed_ = 0;  ///< written on the journal's thread alone
};

}  // namespace alarum::ingest
