#pragma once
#include <cstdint>

#include "base/result.h"
#include "config/config.h"

namespace alarum::app {

/// How many files and sockets the process may have open (RLIMIT_NOFILE), and who gets them: the
/// journal, the book and the deliveries first, senders what is left.
struct Descriptors {
  std::uint64_t own = 0;      ///< that everything but senders may need at once
  std::uint64_t senders = 0;  ///< connections that the config allows, of HTTP and of all sources
  std::uint64_t limit = 0;    ///< of the process
  std::uint64_t wanted() const { return own + senders; }
  bool suffices() const { return limit >= wanted(); }
  /// Connections that senders may really have. Never none: check_descriptors() sees to it that they
  /// exist.
  std::uint64_t for_senders() const;
};

/// `cores`: as many threads serve HTTP.
Descriptors count_descriptors(const config::Config& config, std::uint64_t limit, unsigned cores);

/// Where the limit does not suffice: `limits.connections` and `connections` of each source, in
/// proportion, so that together they are within for_senders().
void fit_connections(config::Config& config, const Descriptors& descriptors);

/// Raises the soft limit to `wanted`, as far as the hard one lets it, and never lowers it; the soft
/// limit then. Any thread.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

/// Descriptors that are open now.
std::uint64_t open_descriptors();

/// Error `few_open_files`: the limit does not even cover what is needed without senders, so
/// journal, book and deliveries would fail one after the other.
Result<void> check_descriptors(const Descriptors& descriptors);

/// Raises the limit for what `config` allows, lowers the bounds of `config` where that does not
/// suffice, and logs both. How many it would take more; 0: it suffices. Error: see
/// check_descriptors().
Result<std::uint64_t> provide_descriptors(config::Config& config);

}  // namespace alarum::app
