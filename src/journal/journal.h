#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/record.h"

namespace alarum::journal {

/// Running totals since the journal began; they stand in every frame, so that the books balance across restarts.
/// received = accepted + rejected + duplicate; unmatched counts what `keep: matched` acknowledged unwritten (part of accepted).
struct Totals {
  std::uint64_t received = 0, rejected = 0, duplicate = 0, unmatched = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// One event to commit and what the generation at its arrival made of it.
struct Item {
  model::Event event;
  std::optional<model::Hits> hits;
};

/// What became of one item, once its commit is over.
struct Outcome {
  bool duplicate = false;        ///< (source, id) was committed before, or stands earlier in the same commit
  model::Offset offset = 0;      ///< of the first committed copy; 0 and meaningless for `unwritten`
  bool unwritten = false;        ///< keep: matched, and nothing matched
};

/// Several events that one sender waits for.
struct Submission {
  std::vector<Item> items;
  /// Called once, on the writer's thread: after the commit is on disk, or with why it is not (`disk_full`, `journal_full`,
  /// `io_error`, `stopping`). Must not block.
  std::function<void(Result<std::vector<Outcome>>)> done;
};

/// What a Reload names: the generation's text, and the file that is part of it (journal::save_attached), if any. Views, for the time of the call.
struct GenerationText {
  std::string_view text;
  std::string_view attached_hash = {}, attached = {};
};

/// The log of what happened (DESIGN §3). An interface, so that a distributed log can stand in its place.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Any thread. False when the queue is full: nothing was taken, `done` is not called, the sender is told 429.
  virtual bool submit(Submission submission) = 0;

  /// So many events were refused before they came here: they enter the totals only, at once. Any thread.
  virtual void count_rejected(std::uint64_t events) = 0;

  /// Commits a control record. For a Reload (one at a time) the generation is stored first, on the caller's thread. `done` is called once, on the writer's thread, and must not
  /// block; with the error of a generation that could not be stored, on the caller's. False once closed: `done` is then not called. Any thread.
  using ControlDone = std::function<void(Result<model::Offset>)>;
  virtual bool submit_control(model::Payload payload, GenerationText generation, ControlDone done) = 0;

  /// The engine's next timer: a tick is due when engine time reaches it and nothing else arrives. Any thread.
  virtual void set_next_due(std::optional<Time> due) = 0;

  /// Retention may delete whole segments below min(processed, checkpointed). Any thread.
  virtual void set_processed(model::Offset below) = 0;
  virtual void set_checkpointed(model::Offset below) = 0;
};

}  // namespace alarum::journal
