#pragma once
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace alarum::http {

namespace asio = boost::asio;

/// In the order of the message, names in the case in which they came. A name may occur again.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request without its body (RFC 9110). Its head has passed http/head.h and http/target.h, so
/// handlers need not check its syntax again. Owned by the session until the answer is written.
struct Request {
  std::string method;  ///< case-sensitive; a HEAD request reaches the handler of GET as HEAD
  std::string path;    ///< percent-decoded, without the query; its form is that of Target::path
  std::string query;   ///< raw, without `?`
  Headers headers;
  std::map<std::string, std::string> parameters;  ///< of the route: `{project_id}`
  /// The sender's address without a port: that of the connection, or the one that our proxies
  /// report (http/forwarded.h)
  std::string peer;
  /// The `name` of the credential that the sender has proved; empty if the route demands none or
  /// the credential has no name
  std::string proven;
  /// Names in the client certificate that the handshake verified, in lower case: the DNS names
  /// among its subject alternative names, then its common names. nullptr if none was shown.
  std::shared_ptr<const std::vector<std::string>> certificate;
  /// Becomes true when the server begins to stop; lives longer than the answer. nullptr: without a
  /// server.
  const std::atomic<bool>* stopping = nullptr;

  /// The first header of that name, in any case; nullopt when it is missing. Points into `headers`.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The media type in lower case without parameters; empty when there is none.
  std::string media_type() const;
};

/// What a handler answers. The session adds Content-Length or chunks, and Connection.
struct Response {
  unsigned status = 200;
  std::string body;  ///< not sent for HEAD, 204 and 304
  std::string content_type = "application/json";
  Headers headers;
  bool close = false;  ///< close the connection after the answer
  /// For answers that are too large for memory: `body` is then the beginning, and this is called
  /// for each further piece once the one before was written; an empty piece is the end. On an error
  /// the connection is cut within the answer, so that no client takes a part for the whole. The
  /// function is destroyed when the answer has been written.
  std::function<asio::awaitable<Result<std::string>>()> more = {};
  /// `more` watches Request::stopping and ends the answer by itself. Otherwise a stop cuts it.
  bool ends_at_stop = false;
};

/// The standard reason phrase (RFC 9110 section 15).
std::string_view phrase(unsigned status);
/// `{"error": reason, "message": …}` with that status. Both texts are quoted as JSON.
Response error_response(unsigned status, std::string_view reason, std::string_view message);

/// The body of the request that is handled, piece by piece, decompressed (`Content-Encoding:
/// gzip`). Lives as long as the handler's coroutine, on its thread; one read at a time. Errors:
/// `body_truncated`, `body_too_slow`, `bad_gzip`, `body_too_large`, `bad_chunk`. After an error the
/// body is over.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// Waits for the next piece, at most 64 KiB; empty at the end.
  virtual asio::awaitable<Result<std::string>> read() = 0;
  /// Appends the next piece to `all`; at the end of the body `all` does not grow. After an error
  /// the content of `all` is unspecified.
  virtual asio::awaitable<Result<void>> read_onto(std::string& all);
  /// The handler declares that it stores `bytes` of the body from now on; 0 declares that it stores
  /// none. Without a further call the reservation ends with the request. False if all requests
  /// together would exceed Limits::bodies; then the handler must free them and answer
  /// `overloaded`.
  virtual bool hold(std::size_t) { return true; }
  /// The worker pool for work that takes long (http/offload.h); nullptr: work on this thread.
  virtual asio::thread_pool* helpers() { return nullptr; }
};

/// Reads the whole body. Errors: those of BodyStream; `body_too_large` past `limit` bytes;
/// `overloaded` if all stored bodies together exceed Limits::bodies, so the sender should retry.
asio::awaitable<Result<std::string>> read_all(BodyStream& body, std::size_t limit);
/// The answer to a body that could not be read: 413, 408, 415, 403, 429 (with Retry-After: 1) or
/// 400, by the error's reason. The connection is closed, since the rest of the body is unread.
Response body_error(const Error& error);

/// How a route answers, and counts, a body that failed before its handler ran.
using BodyFault = std::function<Response(const Request&, const Error&)>;

/// Runs on the connection's http thread. What it throws is logged and answered 500.
using Handler = std::function<asio::awaitable<Response>(Request&, BodyStream&)>;

}  // namespace alarum::http
