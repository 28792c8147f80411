#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace alarum::ingest {

/// What became of the events of one request: the answer's body.
struct Report {
  static constexpr std::size_t kListed = 100;
  struct Rejected {
    std::uint64_t index = 0;  ///< of the item in the batch, or of the line, from 0
    Error error;
  };

  std::uint64_t accepted = 0, duplicate = 0, rejected_count = 0;
  std::vector<Rejected> rejected;  ///< the first kListed

  void reject(std::uint64_t index, const Error& error);
  bool none_valid() const { return accepted + duplicate == 0 && rejected_count > 0; }
  /// `{"accepted","duplicate"}`, with `"rejected":[{"index","reason","message"}]` and
  /// `"rejected_count"` where some were; with an error also `"error"` and `"message"`.
  std::string json(const Error* error = nullptr) const;
};

}  // namespace alarum::ingest
