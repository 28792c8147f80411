#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace alarum::app {

/// Reports the daemon's state to the service manager that started it: sd_notify(3), and the
/// watchdog of sd_watchdog_enabled(3). systemd sets the environment of a unit with Type=notify;
/// container runtimes and tests can set it as well. Without NOTIFY_SOCKET every call does nothing.
///
/// A report is one datagram. One that cannot be sent is logged, the first time, and does not stop
/// the daemon; a service manager that does not read is waited for once, for a second. One thread at
/// a time.
class ServiceManager {
 public:
  /// Reads NOTIFY_SOCKET (a path, or an abstract address after `@`), WATCHDOG_USEC and
  /// WATCHDOG_PID.
  static ServiceManager from_environment();
  /// `socket`: as in NOTIFY_SOCKET; empty: none. `watchdog`: after this time without alive() the
  /// service manager ends the process; nullopt: no watchdog.
  ServiceManager(std::string socket, std::optional<std::chrono::microseconds> watchdog);
  ~ServiceManager();
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&&) = delete;

  /// The start or a reload has ended; `status` is shown by `systemctl status`.
  void ready(std::string_view status);
  void reloading();
  /// A stop has begun. It may take `limit`, however short TimeoutStopSec is.
  void stopping(std::chrono::microseconds limit);
  /// The watchdog's time begins again.
  void alive();
  /// How often alive() is due: a third of the watchdog's time; nullopt without a watchdog.
  std::optional<std::chrono::nanoseconds> alive_interval() const;

 private:
  void send(const std::string& lines);

  int descriptor_ = -1;  // owned; -1: nobody wants reports
  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
  bool failed_ = false;  // and that was logged
};

}  // namespace alarum::app
