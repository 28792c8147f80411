#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

/// What became of the events of one request. Its JSON is the body of the answer.
struct Report {
  /// Rejected items that the answer lists at most; all of them are counted.
  static constexpr std::size_t kListed = 100;
  struct Rejected {
    std::uint64_t index = 0;  ///< of the item in the batch, or of the line, from 0
    Error error;
  };

  std::uint64_t accepted = 0, duplicate = 0, rejected_count = 0;
  std::vector<Rejected> rejected;  ///< the first kListed

  void reject(std::uint64_t index, const Error& error);
  /// True if every item was rejected; then the status is 400.
  bool none_valid() const { return accepted + duplicate == 0 && rejected_count > 0; }
  /// `{"accepted","duplicate"}`; also `"rejected":[{"index","reason","message"}]` and
  /// `"rejected_count"` if there are any. `error`: why the request as a whole failed, which adds
  /// `"error"` and `"message"`; nullptr if it did not.
  std::string json(const Error* error = nullptr) const;
};

}  // namespace alarum::ingest
