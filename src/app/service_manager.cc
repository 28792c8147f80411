#include "app/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace alarum::app {
namespace {

using std::chrono::microseconds;

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value ? value : "";
}

std::optional<long long> number(const std::string& text) {
  long long value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

// The watchdog may be meant for another process, such as the shell that started this one.
std::optional<microseconds> watchdog_of_environment() {
  const auto process = number(variable("WATCHDOG_PID"));
  if (process && *process != getpid()) return std::nullopt;
  const auto time = number(variable("WATCHDOG_USEC"));
  return time ? std::optional(microseconds(*time)) : std::nullopt;
}

struct SocketAddress {
  sockaddr_un name{};
  socklen_t size = 0;
};

// nullopt: longer than a socket's name can be, or neither a path nor an abstract address.
std::optional<SocketAddress> address_of(const std::string& socket) {
  SocketAddress address;
  address.name.sun_family = AF_UNIX;
  const bool abstract = socket.starts_with('@');
  if ((!abstract && !socket.starts_with('/')) || socket.size() >= sizeof address.name.sun_path)
    return std::nullopt;
  std::memcpy(address.name.sun_path, socket.data(), socket.size());
  if (abstract) address.name.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  return address;
}

long long monotonic_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  return {variable("NOTIFY_SOCKET"), watchdog_of_environment()};
}

ServiceManager::ServiceManager(std::string socket, std::optional<microseconds> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {
  if (socket_.empty()) {
    watchdog_.reset();
    return;
  }
  descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const timeval limit{1, 0};
  if (descriptor_ >= 0) setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      socket_(std::exchange(other.socket_, {})),
      watchdog_(std::exchange(other.watchdog_, std::nullopt)),
      failed_(other.failed_) {}

ServiceManager::~ServiceManager() {
  if (descriptor_ >= 0) close(descriptor_);
}

void ServiceManager::ready(std::string_view status) {
  send(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::reloading() {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=Reloading config and rules",
                   monotonic_microseconds()));
}

void ServiceManager::stopping(microseconds limit) {
  send(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS=Stopping", limit.count()));
}

void ServiceManager::alive() {
  if (watchdog_) send("WATCHDOG=1");
}

std::optional<std::chrono::nanoseconds> ServiceManager::alive_interval() const {
  if (!watchdog_) return std::nullopt;
  return std::chrono::nanoseconds(*watchdog_) / 3;
}

void ServiceManager::send(const std::string& lines) {
  if (socket_.empty()) return;
  const auto address = address_of(socket_);
  const int flags = MSG_NOSIGNAL | (failed_ ? MSG_DONTWAIT : 0);  // it was waited for once
  if (address && sendto(descriptor_, lines.data(), lines.size(), flags,
                        reinterpret_cast<const sockaddr*>(&address->name),
                        address->size) == static_cast<ssize_t>(lines.size()))
    return;
  const auto* why = address ? std::strerror(errno) : "neither a path nor an abstract address";
  if (!std::exchange(failed_, true))
    log::warn("app",
              "the service manager cannot be notified: it does not learn that the daemon is ready, "
              "and its watchdog may end it; the unit's Type=notify sets NOTIFY_SOCKET",
              {{"socket", socket_}, {"reason", why}});
}

}  // namespace alarum::app
