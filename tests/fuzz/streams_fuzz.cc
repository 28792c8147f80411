#include <cstdint>
#include <cstdlib>

#include "ingest/stream/sse_frames.h"
#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_frames.h"
#include "model/flat_event.h"

// Bytes of a syslog connection and of an event stream: whatever the pieces, the same messages, held bytes bounded, and what is an event survives its journal form.
namespace {

using namespace alarum;

void must(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t kLongest = 64;

std::vector<std::string> split(std::string_view text, std::size_t piece) {
  ingest::SyslogFrames frames(kLongest);
  std::vector<std::string> out;
  const auto take = [&] {
    while (auto frame = frames.next()) out.push_back(frame->too_long ? "!" : std::string(frame->text));
  };
  for (std::size_t at = 0; at < text.size(); at += piece) {
    frames.feed(std::string(text.substr(at, piece)));
    take();
    must(frames.held() <= kLongest + 16);
  }
  frames.end();
  take();
  return out;
}

std::vector<std::string> sse_events(std::string_view text, std::size_t piece) {
  ingest::SseFrames frames(kLongest);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    frames.feed(std::string(text.substr(at, piece)));
    while (const auto event = frames.next()) {
      must(event->data.size() <= kLongest && (!event->data.empty() || event->too_long));
      out.push_back(frames.last_id() + (event->too_long ? "!" : "|") + std::string(event->data));
    }
    must(frames.held() <= 2 * kLongest + 16);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  must(split(text, 1) == split(text, 7) && split(text, 1) == split(text, size + 1));
  must(sse_events(text, 1) == sse_events(text, 7) && sse_events(text, 1) == sse_events(text, size + 1));
  const auto event = ingest::decode_syslog(text, "10.0.0.1", "i", cctz::utc_time_zone(), Time());
  if (!event) {
    must(!event.error().reason.empty());
    return 0;
  }
  const auto again = model::Event::decode(event->bytes());
  must(again && again->bytes() == event->bytes() && !event->source().empty() && !event->type().empty());
  (void)model::FlatEvent::of(*event);
  return 0;
}
