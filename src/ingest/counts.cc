#include "ingest/counts.h"

namespace alarum::ingest {

void Counts::accepted(model::Format format, std::uint64_t accepted, std::uint64_t duplicate) {
  const std::lock_guard lock(mutex_);
  counts_[format].accepted += accepted;
  counts_[format].duplicate += duplicate;
}

void Counts::failed(model::Format format, std::uint64_t events) {
  const std::lock_guard lock(mutex_);
  counts_[format].failed += events;
}

void Counts::rejected(model::Format format, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++counts_[format].rejected[reason];
}

std::map<model::Format, FormatCounts> Counts::snapshot() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace alarum::ingest
