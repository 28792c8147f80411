#include "http/handler.h"

#include <boost/beast/http/status.hpp>

#include "base/ascii.h"
#include "base/json.h"

namespace alarum::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

std::string Request::media_type() const {
  const auto value = header("content-type").value_or("");
  std::string out;
  for (const char c : value.substr(0, value.find(';'))) {
    if (c != ' ' && c != '\t') out += to_lower(c);
  }
  return out;
}

std::string_view phrase(unsigned status) {
  const auto text =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {text.data(), text.size()};
}

Response error_response(unsigned status, std::string_view reason, std::string_view message) {
  Response response;
  response.status = status;
  response.body =
      R"({"error":)" + json_quote(reason) + R"(,"message":)" + json_quote(message) + "}\n";
  return response;
}

Response body_error(const Error& error) {
  const unsigned status = error.reason == "body_too_large" || error.reason == "too_many_items" ? 413
                          : error.reason == "body_too_slow"                                    ? 408
                          : error.reason == "bad_encoding"                                     ? 415
                          : error.reason == "other_site"                                       ? 403
                                                         : 400;
  auto response =
      error_response(error.reason == "overloaded" ? 429 : status, error.reason, error.message);
  if (error.reason == "overloaded") response.headers.emplace_back("Retry-After", "1");
  response.close = true;
  return response;
}

asio::awaitable<Result<void>> BodyStream::read_onto(std::string& all) {
  auto piece = co_await read();
  if (!piece) co_return std::unexpected(piece.error());
  all.empty() ? void(all = std::move(*piece)) : void(all += *piece);
  co_return Result<void>();
}

asio::awaitable<Result<std::string>> read_all(BodyStream& body, std::size_t limit) {
  std::string all;
  for (;;) {
    const auto before = all.size();
    if (auto more = co_await body.read_onto(all); !more) co_return std::unexpected(more.error());
    if (all.size() == before) co_return all;
    if (all.size() > limit) {
      co_return fail("body_too_large",
                     "the body is larger than " + std::to_string(limit) + " bytes");
    }
    if (!body.hold(all.size()))
      co_return fail(
          "overloaded",
          "the bodies that are being read take as much memory as they may; send this again later");
  }
}

}  // namespace alarum::http
