#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace alarum::ingest {

/// What a BMC says of one occurrence, as far as a record that it pushed and an entry of its log
/// have it in common.
struct Occurrence {
  /// MessageId without the registry's version, MessageArgs, Message
  std::string message, args, text;
  std::string entry;         ///< the log entry's path, where it is known
  std::optional<Time> time;  ///< by the BMC's clock
};
/// Of an event record, which may name its log entry, or of a log entry itself (it has an EntryType,
/// or was Created). Of anything else all is empty.
Occurrence read_occurrence(std::string_view json);

/// Which of `logged` nobody pushed: their indexes, in order. Each pushed one stands for one entry:
/// the one that it names, else one of the same message and second, else of at most 2 s beside it,
/// since BMCs stamp the two one after the other.
std::vector<std::size_t> missed(const std::vector<Occurrence>& logged,
                                std::vector<Occurrence> pushed);

}  // namespace alarum::ingest
