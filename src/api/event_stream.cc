// GET /api/v1/events/stream: events of the journal as they come.
#include "api/query.h"
#include "api/responses.h"
#include "api/stream_parts.h"
#include "base/time.h"
#include "http/offload.h"
#include "http/timer.h"

namespace alarum::api {
namespace {

constexpr std::size_t kMostOfRound = 500;      // events that are sent in a round
constexpr model::Offset kMostBehind = 20'000;  // records, past which some are passed over
constexpr model::Offset kLeftBehind = 1'000;   // records that are shown after that

/// One client's stream.
class EventStream {
 public:
  EventStream(Kept sources, StreamPlace place, const http::Request& request, model::Offset from,
              EventFilter filter, asio::thread_pool* helpers)
      : sources_(std::move(sources)),
        place_(std::move(place)),
        clock_(sources_->config_view(), request.stopping),
        filter_(std::move(filter)),
        helpers_(helpers),
        from_(from) {}

  /// The next events; waits until there are some. Empty: the end.
  asio::awaitable<Result<std::string>> next() {
    if (ended_) co_return "";
    http::Timer timer(co_await asio::this_coro::executor);
    for (;;) {
      if (begun_) co_await timer.pause(kStreamRound);
      begun_ = true;
      const auto why = clock_.next_round(sources_->config_view());
      if (!why.empty()) {
        ended_ = true;
        co_return stream_event("stop", id(), "{\"reason\":\"" + std::string(why) + "\"}");
      }
      auto text = co_await read();
      if (!text) co_return std::unexpected(text.error());
      if (text->empty() && clock_.tick_due()) *text = tick();
      if (text->empty()) continue;
      clock_.sent();
      co_return text;
    }
  }

 private:
  std::string id() const { return std::to_string(from_); }
  std::string tick() const {
    return stream_event(
        "tick", id(),
        "{\"now\":\"" + format_rfc3339(sources_->now()) + "\",\"next\":" + id() + '}');
  }

  asio::awaitable<Result<std::string>> read() {
    std::string text;
    const auto end = sources_->journal_end();
    if (from_ > end) from_ = end;  // of a journal that is gone
    if (end - from_ > kMostBehind) {
      const auto to = end - kLeftBehind;
      text = stream_event("skipped", std::to_string(to),
                          "{\"from\":" + id() + ",\"to\":" + std::to_string(to) + '}');
      from_ = to;
    }
    if (from_ == end) co_return text;
    const auto look = [&] { return sources_->events(from_, kMostOfRound, filter_); };
    auto page = co_await http::offload(helpers_, look);
    if (!page) co_return std::unexpected(page.error());
    from_ = page->next;
    if (page->count > 0) text += stream_event("events", id(), page->json);
    co_return text;
  }

  const Kept sources_;
  const StreamPlace place_;
  StreamClock clock_;
  const EventFilter filter_;
  asio::thread_pool* const helpers_;
  model::Offset from_;
  bool begun_ = false, ended_ = false;
};

// Where a stream begins: where the client was, else `from`, else at the end.
Result<model::Offset> begin_of(const http::Request& request, const Query& query,
                               model::Offset end) {
  const auto last = request.header("last-event-id");
  if (!last) {
    auto from = query.offset("from");
    if (!from) return std::unexpected(from.error());
    return from->value_or(end);
  }
  if (last->empty()) return end;
  if (const auto from = parse_offset(*last)) return *from;
  return fail("bad_parameter",
              "Last-Event-ID must be an offset, not \"" + std::string(*last) + "\"");
}

Answer begin_stream_of_events(Kept sources, StreamPlace::Count places, const http::Request& request,
                              http::BodyStream& body) {
  const Query query(request.query);
  const auto known = query.only(
      {"from", "contains", "format", "rule", "sender", "source", "subject", "type", "unmatched"});
  if (!known) co_return http::error_response(400, known.error().reason, known.error().message);
  auto filter = EventFilter::of(query);
  if (!filter) co_return http::error_response(400, filter.error().reason, filter.error().message);
  const auto from = begin_of(request, query, sources->journal_end());
  if (!from) co_return http::error_response(400, from.error().reason, from.error().message);
  auto place = StreamPlace::take(places);
  if (!place) co_return too_many_streams();
  const auto stream = std::make_shared<EventStream>(sources, std::move(*place), request, *from,
                                                    std::move(*filter), body.helpers());
  auto response = stream_response();
  response.more = [stream] { return stream->next(); };
  co_return response;
}

}  // namespace

void add_event_stream(http::Router& router, const std::shared_ptr<const Sources>& sources,
                      const StreamPlace::Count& places) {
  router.add("GET", "/api/v1/events/stream", http::Access::view,
             [sources, places](http::Request& request, http::BodyStream& body) {
               return begin_stream_of_events(sources, places, request, body);
             });
}

}  // namespace alarum::api
