#pragma once
#include <curl/curl.h>

#include <chrono>
#include <optional>
#include <vector>

namespace alarum::http {

/// libcurl's multi handle, driven by its sockets: a turn looks only at transfers for which
/// something came or whose time has come, however many others wait (curl_multi_perform() polls
/// each by itself). One thread's, but for wake(). The easy handles belong to others, and are
/// removed before it goes.
class CurlMulti {
 public:
  /// A transfer that has ended. It is to be removed.
  struct Ended {
    CURL* easy;
    CURLcode code;
  };

  CurlMulti();
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// It begins at the next run_due() or wait().
  void add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
  /// Whether or not it has ended. libcurl closes its connection unless it can be used again.
  void remove(CURL* easy);
  /// Goes on with transfers whose time has come: those that were added, and time-outs.
  void run_due();
  /// Waits at most `most` for the network, a time-out or a wake(), and goes on with whom it is for.
  void wait(std::chrono::milliseconds most);
  /// The next transfer that has ended, until none is left. One whose socket the kernel cannot watch
  /// (no memory, or the limit fs.epoll.max_user_watches) ends as if it had not been connected; the
  /// same transfer is answered until it is removed.
  std::optional<Ended> ended();
  /// Any thread: wait() returns, the next one if none is under way.
  void wake();

 private:
  using Clock = std::chrono::steady_clock;
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  bool watch(curl_socket_t socket, int what, bool known);
  void go_on(int descriptor, unsigned events);
  int patience(std::chrono::milliseconds most) const;

  CURLM* const multi_;
  const int epoll_, wake_;  // descriptors; the second is an eventfd, which the first watches
  std::optional<Clock::time_point> due_;  // as libcurl asked last
  std::vector<CURL*> unwatched_;          // transfers whose socket epoll refused
};

}  // namespace alarum::http
