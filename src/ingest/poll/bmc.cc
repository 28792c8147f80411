#include "ingest/poll/bmc.h"

#include "base/http_date.h"
#include "base/url.h"
#include "ingest/push/redfish.h"

namespace alarum::ingest {

// The source's URL may be that of an event stream, so its path is not used.
Bmc::Bmc(const config::Source& source, http::Client& client)
    : client_(client), how_(std::make_shared<const config::Http>(source.http)) {
  const Url url(source.url.reveal());
  url_ = url.scheme + "://" + url.authority;
  address_ = url.host();
}

http::asio::awaitable<Result<http::Answer>> Bmc::ask(std::string method, std::string path,
                                                     std::string body, std::size_t most) {
  http::ClientRequest ask;
  ask.method = std::move(method);
  ask.url = url_ + path;
  ask.body = std::move(body);
  ask.headers = {"Accept: application/json", "OData-Version: 4.0"};
  if (!ask.body.empty()) ask.headers.emplace_back("Content-Type: application/json");
  ask.most = most;
  ask.how = how_;
  ask.over = over_;
  auto answer = co_await client_.ask(std::move(ask));
  if (answer && !answer->head.peer.empty()) address_ = answer->head.peer;
  const auto there = answer ? http_date(answer->head.header("date")) : std::nullopt;
  if (there && clock_was_set(*there))
    ahead_ = *there - Time(std::chrono::duration_cast<Duration>(
                          std::chrono::system_clock::now().time_since_epoch()));
  co_return answer;
}

void Bmc::over() {
  *over_ = true;
  client_.nudge();
}

}  // namespace alarum::ingest
