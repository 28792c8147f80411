#include "app/signals.h"

#include <unistd.h>
#include <csignal>
#include <ctime>

#include "base/thread_name.h"

namespace alarum::app {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals(std::function<void()> reload, std::function<void()> stop)
    : reload_(std::move(reload)), stop_(std::move(stop)) {
  const auto set = ours();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] {
    name_thread("signals");
    run();
  });
}

Signals::~Signals() {
  ends_ = true;
  thread_.join();
}

void Signals::run() {
  const auto set = ours();
  const timespec moment{0, 100'000'000};
  bool stopping = false;
  while (!ends_) {
    const int signal = sigtimedwait(&set, nullptr, &moment);
    if (signal == SIGHUP) reload_();
    if (signal != SIGTERM && signal != SIGINT) continue;
    // Who sends SIGTERM twice (a supervisor, a script) still wants an orderly stop; who presses
    // Ctrl-C twice does not want to wait for it.
    if (stopping && signal == SIGINT) _exit(1);
    if (!stopping) stop_();
    stopping = true;
  }
}

}  // namespace alarum::app
