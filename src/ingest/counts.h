#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "model/event.h"

namespace alarum::ingest {

/// What arrived and what became of it, by wire format. received = accepted + duplicate + rejected + failed: failed ones
/// were answered 429 or 503 and will be sent again.
struct FormatCounts {
  std::uint64_t accepted = 0, duplicate = 0, failed = 0;
  std::map<std::string, std::uint64_t> rejected;  ///< by reason
};

/// Any thread.
class Counts {
 public:
  void accepted(model::Format format, std::uint64_t accepted, std::uint64_t duplicate);
  void failed(model::Format format, std::uint64_t events);
  void rejected(model::Format format, const std::string& reason);
  std::map<model::Format, FormatCounts> snapshot() const;

 private:
  mutable std::mutex mutex_;  // guards counts_: touched once a request by every core, read by the metrics page
  std::map<model::Format, FormatCounts> counts_;
};

}  // namespace alarum::ingest
