#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/record.h"

namespace alarum::journal {

/// Running totals since the journal began. Each frame has them beside its records, so that the
/// accounting balances across restarts: received = accepted + rejected + duplicate. `unmatched` is
/// the part of accepted that was acknowledged and not written, because no rule matched (`keep:
/// matched`).
struct Totals {
  std::uint64_t received = 0, rejected = 0, duplicate = 0, unmatched = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// Records that were in the journal and cannot be read.
struct Unreadable {
  model::Offset from = 0, to = 0;  ///< offsets [from, to); from == to: none is known to be lost
  std::string text;                ///< the place and the offsets, as part of a sentence for people
};

/// A checkpoint as it was read: the state after every record below `offset`
/// (docs/formats/checkpoint.md). The journal does not interpret `state`.
struct Checkpoint {
  model::Offset offset = 0;
  std::string state;
};

/// Reads records from an offset on, in order. Damage is passed over. One thread uses a reader; its
/// view outlives it.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  /// The records of the next block, which is what was committed together. Empty at the end of the
  /// journal. Errors: `io_error`; `newer_format`; `bad_record`; `not_found` (the next file
  /// disappeared while it was to be read, because it was sealed or retention deleted it: open
  /// another reader behind the last record to find out which).
  virtual Result<std::vector<model::Record>> next() = 0;
  /// The damage that was passed over so far. Entries are only added.
  virtual const std::vector<Unreadable>& damage() const = 0;
  /// The totals after the newest block.
  virtual const Totals& totals() const = 0;
};

/// Reads what a journal contains: in the process that writes it (Journal::view()), beside it, or
/// without one. It takes no lock and writes nothing. Any thread may call it; calls wait for the
/// disk.
class JournalView {
 public:
  virtual ~JournalView() = default;

  /// How messages to people name the journal. For the embedded log it is the data folder.
  virtual const std::string& place() const = 0;

  /// The offset of the oldest record that retention has left; 0 if there is none. Error: there is
  /// no journal, or it cannot be read.
  virtual Result<model::Offset> first_offset() = 0;
  /// A reader from `from` on. Errors: `not_found` (retention has deleted records from `from` on),
  /// `io_error`, `newer_format`.
  virtual Result<std::unique_ptr<RecordReader>> read(model::Offset from) = 0;

  /// The text of the generation with this SHA-256 (64 hex digits). Errors: `not_found`,
  /// `bad_generation` (the stored text does not have this hash), `io_error`. Each message says what
  /// people can do.
  virtual Result<std::string> load_generation(const std::string& hash) = 0;
  /// The text of an inventory that is part of generations. Errors as load_generation() has them.
  virtual Result<std::string> load_attached(const std::string& hash) = 0;
  /// The full hash of the generation whose hash begins with `id`. Error `not_found`.
  virtual Result<std::string> find_generation(model::GenerationId id) = 0;

  /// The newest undamaged checkpoint with offset ≤ `bound`; nullopt if there is none. For each
  /// damaged one that was passed over, a name by which people find it is added to `damaged`.
  virtual std::optional<Checkpoint> load_checkpoint(model::Offset bound,
                                                    std::vector<std::string>& damaged) = 0;
  /// Retention must keep every record from this offset on: it is the oldest checkpoint's. nullopt
  /// while there are fewer than two, because the only one might turn out to be damaged.
  virtual std::optional<model::Offset> oldest_checkpoint() = 0;
};

}  // namespace alarum::journal
