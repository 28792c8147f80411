#include "http/curl_multi.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>

namespace alarum::http {
namespace {

constexpr int kAtOnce = 64;  // ready sockets that one wait() handles; the others come next

CURLM* make_multi() {
  static const auto once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
  return curl_multi_init();
}

}  // namespace

CurlMulti::CurlMulti()
    : multi_(make_multi()),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{EPOLLIN, {}};
  event.data.fd = wake_;
  if (!multi_ || epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0)
    throw std::runtime_error("no descriptors or memory are left for outgoing requests");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() {
  curl_multi_cleanup(multi_);  // removes its sockets from epoll_, which must still be open
  close(wake_);
  close(epoll_);
}

void CurlMulti::run_due() {
  if (!due_ || *due_ > Clock::now()) return;
  due_.reset();  // libcurl sets it again from on_timer()
  int running = 0;
  curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

void CurlMulti::wait(std::chrono::milliseconds most) {
  std::array<epoll_event, kAtOnce> events{};
  const int ready = epoll_wait(epoll_, events.data(), kAtOnce, patience(most));
  for (int i = 0; i < ready; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    go_on(event.data.fd, event.events);
  }
  run_due();
}

void CurlMulti::remove(CURL* easy) {
  curl_multi_remove_handle(multi_, easy);
  std::erase(unwatched_, easy);
}

std::optional<CurlMulti::Ended> CurlMulti::ended() {
  if (!unwatched_.empty()) return Ended{unwatched_.front(), CURLE_COULDNT_CONNECT};
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) return Ended{message->easy_handle, message->data.result};
  }
  return std::nullopt;
}

void CurlMulti::wake() {
  const std::uint64_t one = 1;
  (void)!write(wake_, &one, sizeof one);  // fails only if the counter is full, thus readable
}

// libcurl says what it wants to know of a socket; `known` is null the first time.
int CurlMulti::on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(multi.epoll_, EPOLL_CTL_DEL, socket, nullptr);
  } else if (!multi.watch(socket, what, known != nullptr)) {
    multi.unwatched_.push_back(easy);
  }
  return 0;  // anything else would end every transfer, not this one
}

bool CurlMulti::watch(curl_socket_t socket, int what, bool known) {
  epoll_event event{};
  event.data.fd = socket;
  if (what & CURL_POLL_IN) event.events |= EPOLLIN;
  if (what & CURL_POLL_OUT) event.events |= EPOLLOUT;
  if (epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) != 0) return false;
  if (!known) curl_multi_assign(multi_, socket, this);
  return true;
}

int CurlMulti::on_timer(CURLM* /*multi*/, long milliseconds, void* self) {
  auto& due = static_cast<CurlMulti*>(self)->due_;
  due.reset();
  if (milliseconds >= 0) due = Clock::now() + std::chrono::milliseconds(milliseconds);
  return 0;
}

void CurlMulti::go_on(int descriptor, unsigned events) {
  if (descriptor == wake_) {
    std::uint64_t count = 0;
    (void)!read(wake_, &count, sizeof count);
    return;
  }
  int what = 0, running = 0;
  if (events & EPOLLIN) what |= CURL_CSELECT_IN;
  if (events & EPOLLOUT) what |= CURL_CSELECT_OUT;
  if (events & (EPOLLERR | EPOLLHUP)) what |= CURL_CSELECT_ERR;
  curl_multi_socket_action(multi_, descriptor, what, &running);
}

int CurlMulti::patience(std::chrono::milliseconds most) const {
  using std::chrono::milliseconds;
  if (due_) most = std::min(most, std::chrono::ceil<milliseconds>(*due_ - Clock::now()));
  return static_cast<int>(std::max<std::int64_t>(most.count(), 0));
}

}  // namespace alarum::http
