#pragma once
#include <curl/curl.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/receiver.h"
#include "http/completion.h"

namespace alarum::http {

/// A request to another server, for Client::ask() and Client::open().
struct ClientRequest {
  std::string method = "GET", url = {};  ///< http or https
  /// Each `Name: value`. `how` adds Authorization and its own headers.
  std::vector<std::string> headers = {};
  std::string body = {};
  std::shared_ptr<const config::Http> how = {};  ///< credentials, TLS, proxy; null: none of them
  std::chrono::milliseconds connect{5000};       ///< name lookup, TCP and TLS together
  std::chrono::milliseconds whole{30000};        ///< until the answer's end; 0: no bound
  /// Longest time without a byte, while the reader waits for one; 0: no bound. A reader that is
  /// slow itself is not counted.
  std::chrono::milliseconds idle{0};
  std::size_t most = 8 << 20;  ///< bytes of the body, for Client::ask() only
  /// To cancel, the caller sets this and calls Client::nudge(); the request ends with `stopping`.
  /// May be null.
  std::shared_ptr<const std::atomic<bool>> over = {};
};

/// Status and headers of an answer (RFC 9110). 1xx answers are skipped.
struct AnswerHead {
  unsigned status = 0;                                       ///< 200 to 999
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string peer;  ///< the address that answered; empty behind a proxy
  /// Retry-After (RFC 9110 section 10.2.3), at most one day; 0 if the header is missing
  std::chrono::seconds retry_after{};

  /// The first header of that name, which must be in lower case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

/// One request that is under way. The thread `http-client` runs it and appends what arrives; one
/// coroutine on any thread reads. Shared by both, because either may end first. Buffers at most
/// kWindow bytes; past them libcurl is paused and the socket is not read.
class Exchange {
 public:
  /// Bytes that wait for the reader; bytes of an answer's head, past which it ends as `no_answer`.
  static constexpr std::size_t kWindow = 256 << 10, kLongestHead = 64 << 10;

  explicit Exchange(ClientRequest ask) : ask_(std::move(ask)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // The reader's side. Errors: `stopping`, `no_answer` with the reason.

  /// Waits for the final status and its headers.
  boost::asio::awaitable<Result<AnswerHead>> head();
  /// Waits for the next bytes and returns all that are buffered; empty: the end of the answer.
  /// `drained` becomes true if libcurl was paused; then Client::resume() must be called.
  boost::asio::awaitable<Result<std::string>> read(bool& drained);
  bool has_more() const {
    const std::lock_guard lock(mutex_);
    return !bytes_.empty();
  }
  /// The reader gives up. The request is aborted when `http-client` looks at it next.
  void leave() { left_ = true; }

  // The side of `http-client`.

  /// Makes the easy handle with all options. It belongs to this object.
  CURL* prepare();
  /// Goes on after a pause, when the reader has emptied the buffer.
  void resume();
  /// The error with which the request must be aborted now: the caller cancelled it, or nothing
  /// arrived for ClientRequest::idle. nullopt: go on.
  std::optional<Error> cut(std::chrono::steady_clock::time_point now);
  /// The request is over; `fault` is nullopt if the answer is whole. Wakes the reader.
  void end(std::optional<Error> fault);
  /// libcurl's reason as `no_answer`.
  Error fault_of(CURLcode code) const;
  CURL* easy() const { return easy_.get(); }

 private:
  struct Free {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  // Callbacks of libcurl on `http-client`: one header line; a piece of the body.
  static std::size_t on_head(const char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(const char* bytes, std::size_t size, std::size_t count, void* self);
  // Waits until bytes, the head or the end have come. wake() ends that wait.
  boost::asio::awaitable<void> news(bool for_head);
  void wake();

  const ClientRequest ask_;
  std::atomic<bool> left_ = false;
  // Guards the members up to waiting_, because the reader's thread and `http-client` meet here. A
  // channel would not do: libcurl must learn at once that the buffer is full.
  mutable std::mutex mutex_;
  AnswerHead head_;
  bool has_head_ = false, ended_ = false, paused_ = false;
  std::string bytes_;
  std::optional<Error> fault_;
  std::optional<Completion<bool>> waiting_;

  // Used by `http-client` alone
  std::unique_ptr<CURL, Free> easy_;
  std::unique_ptr<curl_slist, Free> headers_, connect_to_;
  std::string url_;
  std::size_t head_bytes_ = 0;  // of all heads and trailers, against kLongestHead
  std::chrono::steady_clock::time_point last_byte_{};
};

}  // namespace alarum::http
