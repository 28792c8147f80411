// What the service manager hears, on a socket of the test's own.
#include "app/service_manager.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace alarum::app {
namespace {

using namespace std::chrono_literals;

/// What systemd has behind NOTIFY_SOCKET.
class Listener {
 public:
  explicit Listener(std::string name) : name_(std::move(name)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (name_[0] == '@')
      address.sun_path[0] = '\0';
    else
      unlink(name_.c_str());
    socket_ = socket(AF_UNIX, SOCK_DGRAM, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  ~Listener() {
    close(socket_);
    if (name_[0] != '@') unlink(name_.c_str());
  }
  const std::string& name() const { return name_; }
  // "": nothing was sent.
  std::string heard() {
    std::array<char, 1000> text{};
    const auto size = recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
  }

 private:
  std::string name_;
  int socket_;
};

std::string abstract_name() {
  return "@alarum-service-manager-test-" + std::to_string(getpid());
}

TEST(ServiceManager, HearsOfTheStartAReloadAndTheStop) {
  Listener listener(abstract_name());
  ServiceManager manager(listener.name(), std::nullopt);
  manager.ready("12 rules in force");
  EXPECT_EQ(listener.heard(), "READY=1\nSTATUS=12 rules in force");
  manager.reloading();
  const auto reloading = listener.heard();
  EXPECT_TRUE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << reloading;
  manager.stopping(90s);
  EXPECT_EQ(listener.heard(), "STOPPING=1\nEXTEND_TIMEOUT_USEC=90000000\nSTATUS=Stopping");
}

TEST(ServiceManager, AnswersAWatchdogOnlyWhereThereIsOne) {
  Listener listener(std::string(std::getenv("TEST_TMPDIR")) + "/notify");
  ServiceManager without(listener.name(), std::nullopt);
  without.alive();
  EXPECT_EQ(listener.heard(), "");
  EXPECT_FALSE(without.alive_interval());
  ServiceManager with(listener.name(), 60s);
  with.alive();
  EXPECT_EQ(listener.heard(), "WATCHDOG=1");
  EXPECT_EQ(with.alive_interval(), 20s);
}

TEST(ServiceManager, IsReadFromTheEnvironment) {
  Listener listener(abstract_name());
  setenv("NOTIFY_SOCKET", listener.name().c_str(), 1);
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  auto manager = ServiceManager::from_environment();
  EXPECT_EQ(manager.alive_interval(), 1s);
  manager.ready("");
  EXPECT_EQ(listener.heard(), "READY=1\nSTATUS=");
  setenv("WATCHDOG_PID", "1", 1);  // meant for another process
  EXPECT_FALSE(ServiceManager::from_environment().alive_interval());
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_FALSE(ServiceManager::from_environment().alive_interval());
  for (const auto* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  EXPECT_FALSE(ServiceManager::from_environment().alive_interval());
}

TEST(ServiceManager, OneThatIsNotThereOrDoesNotReadStopsNothing) {
  for (const auto& socket :
       {std::string("/no/such/socket"), std::string("relative"), std::string(200, '/')}) {
    ServiceManager manager(socket, 1s);
    manager.ready("");
    manager.alive();
  }
  Listener full(abstract_name());
  ServiceManager manager(full.name(), 1s);
  for (int i = 0; i < 300; ++i) manager.alive();  // more than the socket's queue takes
  int heard = 0;
  while (full.heard() == "WATCHDOG=1") ++heard;
  EXPECT_GT(heard, 0);
  EXPECT_LT(heard, 300);
  manager.alive();
  EXPECT_EQ(full.heard(), "WATCHDOG=1") << "after it has read again";
}

}  // namespace
}  // namespace alarum::app
