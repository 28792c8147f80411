#include "api/list.h"

#include <algorithm>
#include <memory>

namespace alarum::api {
namespace {

constexpr std::size_t kPiece = 32 * 1024;  // of the text, before it is sent

// A whole list that is sent as it is made.
class Streamed {
 public:
  explicit Streamed(Portions portions) : portions_(std::move(portions)) {}

  asio::awaitable<Result<std::string>> next() {
    std::string text = begun_ ? "" : "[";
    begun_ = true;
    if (over_) co_return text;
    while (!over_ && text.size() < kPiece) {
      auto portion = co_await portions_(kPortion);
      if (!portion) co_return std::unexpected(portion.error());
      if (portion->count > 0) text += (std::exchange(any_, true) ? "," : "") + portion->items;
      over_ = portion->next.empty();
    }
    if (over_) text += "]\n";
    co_return text;
  }
  bool over() const { return over_; }

 private:
  const Portions portions_;
  bool begun_ = false, any_ = false, over_ = false;
};

Answer whole(Portions portions, http::Response (*fault)(const Error&)) {
  const auto stream = std::make_shared<Streamed>(std::move(portions));
  auto first = co_await stream->next();
  if (!first) co_return fault(first.error());
  auto response = json(std::move(*first));
  if (!stream->over()) response.more = [stream] { return stream->next(); };
  co_return response;
}

Answer page(const std::string query, Portions portions, std::size_t limit,
            http::Response (*fault)(const Error&)) {
  std::string text = "[", next;
  for (std::size_t left = limit; left > 0;) {
    auto portion = co_await portions(std::min(left, kPortion));
    if (!portion) co_return fault(portion.error());
    if (portion->count > 0) text += (text.size() > 1 ? "," : "") + portion->items;
    left -= portion->count;
    next = std::move(portion->next);
    if (next.empty()) break;
  }
  auto response = json(text + "]\n");
  if (!next.empty()) response.headers.emplace_back("Link", next_link(query, next));
  co_return response;
}

}  // namespace

Answer list(const http::Request& request, Portions portions, std::optional<std::size_t> limit,
            http::Response (*fault)(const Error&)) {
  return limit ? page(request.query, std::move(portions), *limit, fault)
               : whole(std::move(portions), fault);
}

// A reference without a path: it holds behind a proxy that puts something before ours.
std::string next_link(const std::string& query, const std::string& next) {
  std::string out = "<?";
  for (std::size_t at = 0; at < query.size();) {
    const auto end = std::min(query.find('&', at), query.size());
    const auto item = query.substr(at, end - at);
    if (!item.empty() && !item.starts_with("after=")) out += item + '&';
    at = end + 1;
  }
  return out + "after=" + next + ">; rel=\"next\"";
}

}  // namespace alarum::api
