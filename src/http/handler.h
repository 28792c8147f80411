#pragma once
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

using Headers = std::vector<std::pair<std::string, std::string>>;  ///< names as they came

/// A request without its body.
struct Request {
  std::string method;
  std::string path;   ///< percent-decoded, without the query
  std::string query;  ///< raw, without `?`
  Headers headers;
  std::map<std::string, std::string> parameters;  ///< of the route: `{project_id}`
  std::string peer;                               ///< the sender's address
  /// The `name` of the credential that the sender has proved to have; empty: none has one
  std::string proven;
  /// The names of the client certificate that the handshake verified, in lower case: DNS names
  /// among its subject alternatives, and common names. nullptr: none was shown.
  std::shared_ptr<const std::vector<std::string>> certificate;

  /// First header of that name in any case; nullopt when it is missing.
  std::optional<std::string_view> header(std::string_view name) const;
  /// The media type in lower case without parameters; empty when there is none.
  std::string media_type() const;
};

struct Response {
  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json";
  Headers headers;
  bool close = false;  ///< end the connection after it
  /// Where it is set, `body` is only the beginning: the next piece of the rest, asked for when what
  /// came before is on its way; an empty one is the end. An error cuts the connection off within
  /// the answer, so that nobody takes a part for the whole. Lives as long as the answer is written.
  std::function<asio::awaitable<Result<std::string>>()> more = {};
};

/// The standard reason phrase.
std::string_view phrase(unsigned status);
/// `{"error": reason, "message": …}` with that status.
Response error_response(unsigned status, std::string_view reason, std::string_view message);

/// The body of the request being handled, piece by piece, decompressed (`Content-Encoding: gzip`).
/// Lives as long as the handler. Errors: `body_truncated`, `body_too_slow`, `bad_gzip`,
/// `body_too_large`, `bad_chunk`.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  /// The next piece, at most 64 KiB; empty at the end.
  virtual asio::awaitable<Result<std::string>> read() = 0;
  /// The same put at the end of `all`, which stays as it is at the end of the body. After an error
  /// `all` is of no use.
  virtual asio::awaitable<Result<void>> read_onto(std::string& all);
  /// The handler keeps so many bytes of it in memory now, until it says otherwise or is done.
  /// False: with those of all other requests they would be too many (`Limits::bodies`), and it is
  /// to let go of them.
  virtual bool hold(std::size_t) { return true; }
  /// Threads for what takes long (http/apart.h); nullptr: there are none.
  virtual asio::thread_pool* helpers() { return nullptr; }
};

/// All of the body. Errors: `body_too_large` past `limit` bytes; `overloaded`: all bodies together
/// are too large, send it again later.
asio::awaitable<Result<std::string>> read_all(BodyStream& body, std::size_t limit);
/// The answer to a body that could not be read.
Response body_error(const Error& error);

/// The answer to a body that could not be read before its handler had a turn.
using BodyFault = std::function<Response(const Request&, const Error&)>;

using Handler = std::function<asio::awaitable<Response>(Request&, BodyStream&)>;

}  // namespace alarum::http
