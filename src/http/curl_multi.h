#pragma once
#include <curl/curl.h>

#include <chrono>
#include <optional>
#include <vector>

namespace alarum::http {

/// libcurl's multi handle, driven by epoll and curl_multi_socket_action(). A turn costs only the
/// transfers that have something to do, however many others wait; curl_multi_perform() would look
/// at all of them.
///
/// Used by one thread; only wake() may be called from any other. The easy handles belong to the
/// caller, who must remove() each before destroying it, and all before this object ends. The
/// constructor throws std::runtime_error if no descriptor or memory is left.
class CurlMulti {
 public:
  /// A transfer that has ended, well or not. The caller must remove() it.
  struct Ended {
    CURL* easy;
    CURLcode code;  ///< CURLE_OK for every whole answer, whatever its status
  };

  CurlMulti();
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// The transfer begins at the next run_due() or wait().
  void add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
  /// Ends the transfer if it is under way, and closes its connection or returns it to the pool.
  void remove(CURL* easy);
  /// Runs what libcurl's timer asks for by now: new transfers and time-outs. Does not wait.
  void run_due();
  /// Waits at most `most` for the network, a time-out or a wake(), and runs the transfers that the
  /// event belongs to (64 sockets at most; the rest is ready at the next call).
  void wait(std::chrono::milliseconds most);
  /// The next transfer that has ended; nullopt if there is none. Call it until nullopt. A transfer
  /// whose socket the kernel cannot watch (no memory, or the limit fs.epoll.max_user_watches) ends
  /// as if it had not been connected, and is answered again until it is removed.
  std::optional<Ended> ended();
  /// Any thread. Makes the running wait() return, or the next one if none is running.
  void wake();

 private:
  using Clock = std::chrono::steady_clock;
  // Callbacks of libcurl; they run inside run_due(), wait(), add() and remove().
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  bool watch(curl_socket_t socket, int what, bool known);
  void go_on(int descriptor, unsigned events);
  int patience(std::chrono::milliseconds most) const;

  CURLM* const multi_;
  const int epoll_, wake_;  // descriptors; the second is an eventfd, which the first watches
  // When libcurl last asked to be run (CURLMOPT_TIMERFUNCTION); nullopt: it waits for sockets only.
  std::optional<Clock::time_point> due_;
  std::vector<CURL*> unwatched_;  // transfers whose socket epoll refused
};

}  // namespace alarum::http
