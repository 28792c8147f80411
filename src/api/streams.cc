#include "api/streams.h"

#include "api/stream_parts.h"

namespace alarum::api {

std::string stream_event(std::string_view name, std::string_view id, std::string_view json) {
  std::string out;
  out.reserve(name.size() + id.size() + json.size() + 24);
  out.append("event: ").append(name);
  if (!id.empty()) out.append("\nid: ").append(id);
  return out.append("\ndata: ").append(json).append("\n\n");
}

std::optional<StreamPlace> StreamPlace::take(const Count& count) {
  auto taken = count->load();
  while (taken < kMostStreams) {
    if (count->compare_exchange_weak(taken, taken + 1)) return StreamPlace(count);
  }
  return std::nullopt;
}

std::string_view StreamClock::next_round(const std::shared_ptr<const ConfigView>& view) {
  ++quiet_;
  if (stopping_ && *stopping_) return "stopping";
  if (view != view_) return "reload";
  return ++age_ > kAge ? "age" : "";
}

http::Response stream_response() {
  http::Response response;
  response.content_type = "text/event-stream";
  // X-Accel-Buffering: nginx hands on what comes at once.
  response.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  response.body = "retry: 1000\n\n";
  response.ends_at_stop = true;
  return response;
}

http::Response too_many_streams() {
  auto response = http::error_response(
      503, "too_many_streams",
      "there are " + std::to_string(kMostStreams) + " streams already; read the lists instead");
  response.headers.emplace_back("Retry-After", "10");
  return response;
}

void add_stream_routes(http::Router& router, const std::shared_ptr<const Sources>& sources) {
  const auto places = std::make_shared<std::atomic<std::size_t>>(0);
  add_live_stream(router, sources, places);
  add_event_stream(router, sources, places);
}

}  // namespace alarum::api
