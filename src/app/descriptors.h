#pragma once
#include <cstdint>

#include "base/result.h"
#include "config/config.h"

namespace alarum::app {

/// How many files and sockets the process may have open (RLIMIT_NOFILE), and how they are divided.
/// Journal, book and deliveries come first; senders get what is left.
struct Descriptors {
  std::uint64_t own = 0;      ///< what all parts may need at once, without connections of senders
  std::uint64_t senders = 0;  ///< connections that the config allows, of HTTP and of all sources
  std::uint64_t limit = 0;    ///< the soft limit of the process
  std::uint64_t wanted() const { return own + senders; }
  bool suffices() const { return limit >= wanted(); }
  /// Connections that senders may really have: at least 16, which check_descriptors() ensures to
  /// exist.
  std::uint64_t for_senders() const;
};

/// Counts what `config` may need. `cores`: the number of http threads. Pure.
Descriptors count_descriptors(const config::Config& config, std::uint64_t limit, unsigned cores);

/// If the limit does not suffice, lowers `limits.connections` and the `connections` of each source
/// in proportion, so that together they fit into for_senders().
void fit_connections(config::Config& config, const Descriptors& descriptors);

/// Raises the soft limit to `wanted`, as far as the hard limit permits, and returns the soft limit.
/// Never lowers it. Any thread.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

/// Descriptors that are open now, from /proc/self/fd; 0 if that cannot be read.
std::uint64_t open_descriptors();

/// Error `few_open_files` if the limit does not even cover what is needed without senders, because
/// journal, book and deliveries would then fail one after the other.
Result<void> check_descriptors(const Descriptors& descriptors);

/// Raises the limit to what `config` needs. If it cannot be raised that far, lowers the connections
/// of `config` and logs that. Returns how many descriptors are missing; 0 if the limit suffices.
/// Error: that of check_descriptors(). For a start and for each reload.
Result<std::uint64_t> provide_descriptors(config::Config& config);

}  // namespace alarum::app
