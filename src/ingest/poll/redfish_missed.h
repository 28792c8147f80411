#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace alarum::ingest {

/// One occurrence on a BMC, described by what an event record and a log entry have in common, so
/// that the two can be compared.
struct Occurrence {
  /// MessageId without the registry's version, MessageArgs, Message
  std::string message, args, text;
  std::string entry;         ///< path of the log entry; empty if it is not known
  std::optional<Time> time;  ///< by the BMC's clock
};
/// Reads an event record, which may name its log entry, or a log entry (recognised by EntryType or
/// Created). All is empty for any other text. Pure.
Occurrence read_occurrence(std::string_view json);

/// The indexes of those entries of `logged` that were not pushed, in order. Each pushed record
/// cancels at most one entry: the one that it names, otherwise one with the same message in the
/// same second, otherwise one with the same message within 2 s, because BMCs stamp the two one
/// after the other. Pure. Costs (entries of one message) times (records of that message).
std::vector<std::size_t> missed(const std::vector<Occurrence>& logged,
                                std::vector<Occurrence> pushed);

}  // namespace alarum::ingest
