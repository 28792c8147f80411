#pragma once
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/curl_multi.h"
#include "http/exchange.h"

namespace alarum::http {

/// An answer that was read to its end.
struct Answer {
  AnswerHead head;
  std::string body;
};

class Client;

/// An answer that is read piece by piece, for example an event stream. Owned by the caller of
/// Client::open(); destroying it aborts the request. Must not outlive its client. One coroutine at
/// a time, on any thread.
class Download {
 public:
  Download(Client& client, std::shared_ptr<Exchange> exchange, AnswerHead head)
      : client_(client), exchange_(std::move(exchange)), head_(std::move(head)) {}
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  const AnswerHead& head() const { return head_; }
  /// Waits for the next bytes; an empty string is the end of the answer. Between two calls at most
  /// 256 KiB are buffered; then the socket is not read, so that TCP slows the sender down.
  /// Errors: `no_answer` (the connection broke, or was idle for too long), `stopping`.
  boost::asio::awaitable<Result<std::string>> read();
  /// Whether read() would return bytes without waiting.
  bool has_more() const { return exchange_->has_more(); }

 private:
  Client& client_;
  std::shared_ptr<Exchange> exchange_;
  const AnswerHead head_;
};

/// An HTTP/1.1 client (libcurl) for requests that are no notifications: certificates,
/// confirmations, event streams, BMCs, Cloud Eye. One thread of its own, `http-client`, runs any
/// number of requests at once; coroutines on any executor wait for them.
///
/// Redirects are not followed, and the proxies of the environment are not used: the config alone
/// decides where secrets go. Every method may be called from any thread.
class Client {
 public:
  Client();
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Reads the whole answer, whatever its status: 404 is a value, no error. Errors: `no_answer`
  /// with libcurl's reason, `answer_too_large` past ClientRequest::most, `stopping`.
  boost::asio::awaitable<Result<Answer>> ask(ClientRequest ask);
  /// Waits for the head only; the body is read through the Download. Errors as above.
  boost::asio::awaitable<Result<std::unique_ptr<Download>>> open(ClientRequest ask);
  /// Makes the client check ClientRequest::over at once; by itself it does so every 200 ms.
  void nudge() { multi_.wake(); }
  /// Ends all requests with `stopping`, rejects later ones, and joins the thread. Must be called
  /// before the io_contexts end whose coroutines wait here. Calling it again does nothing.
  void stop();

 private:
  friend class Download;
  std::shared_ptr<Exchange> begin(ClientRequest ask);
  void resume(std::shared_ptr<Exchange> exchange);
  // On `http-client`: the loop, new and resumed requests, ended and cancelled ones.
  void run();
  void take_orders();
  void collect();
  // Removes running_[index]; its order does not matter, so the last one takes its place.
  void end(std::size_t index, std::optional<Error> fault);

  CurlMulti multi_;
  // Guards the three members below, because requests come from every thread.
  std::mutex mutex_;
  std::vector<std::shared_ptr<Exchange>> new_, resumed_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<Exchange>> running_;  // used by `thread_` alone
  std::thread thread_;
};

}  // namespace alarum::http
