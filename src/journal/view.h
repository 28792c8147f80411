#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/record.h"

namespace alarum::journal {

/// Running totals since the journal began; what is read has them beside its records, so that the
/// books balance across restarts. received = accepted + rejected + duplicate; unmatched counts what
/// `keep: matched` acknowledged unwritten (part of accepted).
struct Totals {
  std::uint64_t received = 0, rejected = 0, duplicate = 0, unmatched = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// Records that stood in the journal and cannot be read.
struct Unreadable {
  model::Offset from = 0, to = 0;  ///< offsets [from, to); to == from: none is known to be lost
  std::string text;                ///< where, and which offsets: a sentence's part, for people
};

/// What the engine remembers after every record below `offset`.
struct Checkpoint {
  model::Offset offset = 0;
  std::string state;
};

/// Records from an offset on, in order: what replay reads. Damage is passed over. One thread has
/// it; its view outlives it.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// The records of the next block, which is what was committed at once; empty where the journal
  /// ends. Errors: `not_found` (what is next went away underneath: it was put offload, or
  /// retention took it; another reader, opened behind the last record, knows which), `io_error`,
  /// `newer_format`.
  virtual Result<std::vector<model::Record>> next() = 0;
  /// What was passed over so far; it only grows.
  virtual const std::vector<Unreadable>& damage() const = 0;
  /// As they stood after the newest block.
  virtual const Totals& totals() const = 0;
};

/// What a journal holds, for those who read it: beside the process that writes it, within it
/// (Journal::view()), or without one. It takes no lock and writes nothing. Any thread; calls wait
/// for the disk, or for whatever the journal is kept by.
class JournalView {
 public:
  virtual ~JournalView() = default;

  /// How messages to people name it: of the embedded log the data folder.
  virtual const std::string& place() const = 0;

  /// Of the oldest record that retention has left; 0 where there is none. Error: no journal is
  /// there, or it cannot be looked at.
  virtual Result<model::Offset> first_offset() = 0;
  /// Error `not_found`: retention has deleted records from `from` on. `io_error`, `newer_format`.
  virtual Result<std::unique_ptr<RecordReader>> read(model::Offset from) = 0;

  /// The text of the generation with this SHA-256 (hexadecimal). Errors: `not_found`;
  /// `bad_generation`: it is not what was stored; `io_error`. Each says what can be done.
  virtual Result<std::string> load_generation(const std::string& hash) = 0;
  /// The same of a file that is part of generations (their inventory).
  virtual Result<std::string> load_attached(const std::string& hash) = 0;
  /// The full hash of the generation with this id.
  virtual Result<std::string> find_generation(model::GenerationId id) = 0;

  /// The newest readable checkpoint with offset ≤ `bound`; how people find each damaged one that
  /// was passed over is added to `damaged`.
  virtual std::optional<Checkpoint> load_checkpoint(model::Offset bound,
                                                    std::vector<std::string>& damaged) = 0;
  /// Retention must keep everything from here on: the oldest checkpoint's offset; nullopt while
  /// there are fewer than two, so that one damaged one never leaves us without the records.
  virtual std::optional<model::Offset> oldest_checkpoint() = 0;
};

}  // namespace alarum::journal
