#include "app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/log.h"
#include "config/sources.h"

namespace alarum::app {
namespace {

using Kind = config::Source::Kind;

// Journal, book, checkpoint, history, timers, logs, what libraries open for a moment
constexpr std::uint64_t kReserve = 96;
// Certificates and confirmations under way (ingest/push/fetcher.h)
constexpr std::uint64_t kFetches = 64;
// Epoll, eventfd and timer of an io_context, its acceptor, and a connection that is accepted only
// to be closed
constexpr std::uint64_t kOfThread = 5;
constexpr std::uint64_t kOfFiles = 64;  // open files of one `file` source
// An outgoing request: its socket, and one that is idle or looks up a name
constexpr std::uint64_t kOfConnection = 2;
constexpr std::uint64_t kOfPoll = 4;
constexpr std::uint64_t kFewest = 16;

bool takes_connections(const config::Source& source) {
  return source.kind == Kind::tcp || source.kind == Kind::unix_socket;
}

std::uint64_t of_source(const config::Source& source) {
  if (source.kind == Kind::file) return kOfFiles;
  return takes_connections(source) ? 1 : kOfPoll;
}

std::uint64_t soft_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
}

}  // namespace

std::uint64_t Descriptors::for_senders() const {
  return std::min(senders, std::max(limit > own ? limit - own : 0, kFewest));
}

Descriptors count_descriptors(const config::Config& config, std::uint64_t limit, unsigned cores) {
  Descriptors all;
  all.limit = limit;
  all.own = kReserve + kFetches + kOfThread * (2 * cores + 4);
  all.senders = config.limits.connections;
  for (const auto& receiver : config.receivers) {
    for (const auto& integration : receiver.integrations)
      all.own += kOfConnection * integration.concurrency;
  }
  for (const auto& source : *config.sources) {
    all.own += of_source(source);
    if (takes_connections(source)) all.senders += source.connections;
  }
  return all;
}

void fit_connections(config::Config& config, const Descriptors& descriptors) {
  if (descriptors.suffices()) return;
  const auto fitted = [&](std::uint64_t connections) {
    return std::max<std::uint64_t>(1,
                                   connections * descriptors.for_senders() / descriptors.senders);
  };
  config.limits.connections = fitted(config.limits.connections);
  auto sources = std::make_shared<std::vector<config::Source>>(*config.sources);
  for (auto& source : *sources) {
    if (takes_connections(source)) source.connections = fitted(source.connections);
  }
  config.sources = std::move(sources);
}

std::uint64_t raise_descriptor_limit(std::uint64_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return soft_limit();
  const auto raised = std::min<std::uint64_t>(wanted, limit.rlim_max);
  if (raised > limit.rlim_cur) {
    limit.rlim_cur = raised;
    (void)setrlimit(RLIMIT_NOFILE, &limit);  // may fail; soft_limit() reads what is in force
  }
  return soft_limit();
}

std::uint64_t open_descriptors() {
  std::error_code fault;
  std::filesystem::directory_iterator folder("/proc/self/fd", fault);
  return fault ? 0 : static_cast<std::uint64_t>(std::distance(begin(folder), end(folder)));
}

Result<void> check_descriptors(const Descriptors& descriptors) {
  const auto least = descriptors.own + kFewest;
  if (descriptors.limit >= least) return {};
  return fail("few_open_files", "the process may open " + std::to_string(descriptors.limit) +
                                    " files, and needs at least " + std::to_string(least) +
                                    " with this config: set LimitNOFILE= of the systemd unit, or "
                                    "ulimit -Hn, to that or more");
}

Result<std::uint64_t> provide_descriptors(config::Config& config) {
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  const auto wanted = count_descriptors(config, 0, cores).wanted();
  const auto descriptors = count_descriptors(config, raise_descriptor_limit(wanted), cores);
  log::info("app", "open files",
            {{"limit", descriptors.limit}, {"wanted", wanted}, {"of_our_own", descriptors.own}});
  if (auto enough = check_descriptors(descriptors); !enough) return std::unexpected(enough.error());
  fit_connections(config, descriptors);
  if (descriptors.suffices()) return 0;
  log::warn("app",
            "fewer connections are accepted than the config allows, because the process may not "
            "open as many files: set LimitNOFILE= of the systemd unit, or ulimit -Hn, to at least "
            "the number in wanted",
            {{"limit", descriptors.limit},
             {"wanted", wanted},
             {"configured", descriptors.senders},
             {"accepted", descriptors.for_senders()},
             {"http", config.limits.connections}});
  return wanted - descriptors.limit;
}

}  // namespace alarum::app
