#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/routes.h"

namespace alarum::api {

/// One server-sent event. `json` is one line. `id`: what the client sends as Last-Event-ID when it
/// comes back; empty: none.
std::string stream_event(std::string_view name, std::string_view id, std::string_view json);

/// A stream's place among kMostStreams. It is free again when the object is destroyed.
class StreamPlace {
 public:
  using Count = std::shared_ptr<std::atomic<std::size_t>>;
  /// nullopt: all are taken.
  static std::optional<StreamPlace> take(const Count& count);
  StreamPlace(StreamPlace&&) = default;
  StreamPlace& operator=(StreamPlace&&) = delete;
  ~StreamPlace() {
    if (count_) --*count_;
  }

 private:
  explicit StreamPlace(Count count) : count_(std::move(count)) {}
  Count count_;
};

/// When a stream says that it lives, and when it ends. It counts rounds of kStreamRound.
class StreamClock {
 public:
  /// `view`: the config's when the stream began. `stopping`: Request::stopping
  StreamClock(std::shared_ptr<const ConfigView> view, const std::atomic<bool>* stopping)
      : view_(std::move(view)), stopping_(stopping) {}

  /// A round begins. Returns why the stream must end: `stopping`, `reload` (so that the client
  /// proves again who it is), `age`; empty: it goes on.
  std::string_view next_round(const std::shared_ptr<const ConfigView>& view);
  /// Something was sent.
  void sent() { quiet_ = 0; }
  /// Whether nothing was sent for so long that a `tick` is due; true once at the beginning.
  bool tick_due() const { return quiet_ >= kQuiet; }

  static constexpr std::size_t kQuiet = 20, kAge = 1800;  // rounds: 10 s, 15 min

 private:
  const std::shared_ptr<const ConfigView> view_;
  const std::atomic<bool>* const stopping_;
  std::size_t quiet_ = kQuiet, age_ = 0;
};
constexpr std::chrono::milliseconds kStreamRound{500};

/// The answer that a stream begins with; `more` is set by the caller.
http::Response stream_response();
/// 503 `too_many_streams`
http::Response too_many_streams();

void add_live_stream(http::Router& router, const std::shared_ptr<const Sources>& sources,
                     const StreamPlace::Count& places);
void add_event_stream(http::Router& router, const std::shared_ptr<const Sources>& sources,
                      const StreamPlace::Count& places);

}  // namespace alarum::api
