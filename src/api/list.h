#pragma once
#include <functional>
#include <optional>
#include <string>

#include "api/responses.h"

namespace alarum::api {

/// The next few items of a list of any length. Each portion is one short question to the engine, so
/// that neither the engine nor memory bears the whole list at once.
struct Portion {
  std::string items;  ///< as JSON, with commas between them; may be empty before the end
  std::size_t count = 0;
  std::string next;  ///< where the list goes on, safe in a URL; empty: that was all
};
/// Makes one of at most so many items. Lives as long as the answer is written.
using Portions = std::function<asio::awaitable<Result<Portion>>(std::size_t most)>;

/// What one portion looks through at most: a few milliseconds of the engine.
constexpr std::size_t kPortion = 250;
/// The most that `limit` may ask for: a page is made before it is sent.
constexpr std::size_t kMostOfPage = 10'000;

/// Answers with a JSON list. Without a limit it is the whole list, sent portion by portion as fast
/// as the client reads. With a limit it is one page; if there is more, a header `Link:
/// <?…&after=…>; rel="next"` (RFC 8288) leads to it, so nothing is left out silently. The last page
/// may be empty. `fault`: makes the answer to an error of the first portion.
Answer list(const http::Request& request, Portions portions, std::optional<std::size_t> limit,
            http::Response (*fault)(const Error&));

/// The Link's value for a request that goes on after `next`.
std::string next_link(const std::string& query, const std::string& next);

}  // namespace alarum::api
