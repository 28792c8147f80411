#include <cstdint>
#include <cstdlib>

#include "ingest/stream/sse_frames.h"
#include "ingest/stream/syslog.h"
#include "ingest/stream/syslog_frames.h"
#include "ingest/stream/tail_lines.h"
#include "model/flat_event.h"
#include "tests/fuzz/target.h"

// Bytes of a syslog connection, of an event stream and of a file that grows: whatever the pieces,
// the same messages, held bytes bounded, and what is an event survives its journal form.
namespace fuzz::streams_target {

using namespace alarum;

constexpr std::size_t kLongest = 64;

std::vector<std::string> split(std::string_view text, std::size_t piece) {
  ingest::SyslogFrames frames(kLongest);
  std::vector<std::string> out;
  const auto take = [&] {
    while (auto frame = frames.next())
      out.push_back(frame->too_long ? "!" : std::string(frame->text));
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

// A file that grows by `step` bytes between two looks.
std::vector<std::string> tailed(std::string_view file, std::size_t step) {
  std::vector<std::string> out;
  std::size_t offset = 0;
  bool passing_over = false;
  for (std::size_t size = std::min(step, file.size());; size = std::min(size + step, file.size())) {
    const bool last = size == file.size();
    const auto cut =
        ingest::cut_tail(file.substr(offset, size - offset), kLongest, passing_over, last);
    for (const auto& line : cut.lines) {
      must(line.text.size() <= kLongest && line.text.find('\n') == line.text.npos);
      out.push_back(std::to_string(offset + line.at) +
                    (line.too_long ? "!" : ":" + std::string(line.text)));
    }
    offset += cut.consumed;
    passing_over = cut.passing_over;
    if (last) break;
  }
  must(offset == file.size());
  return out;
}

}  // namespace fuzz::streams_target

ALARUM_FUZZ(streams) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  must(split(text, 1) == split(text, 7) && split(text, 1) == split(text, size + 1));
  must(sse_events(text, 1) == sse_events(text, 7) &&
       sse_events(text, 1) == sse_events(text, size + 1));
  must(tailed(text, 1) == tailed(text, 7) && tailed(text, 1) == tailed(text, size + 1));
  const auto event = ingest::decode_syslog(text, "10.0.0.1", "i", cctz::utc_time_zone(), Time());
  if (!event) {
    must(!event.error().reason.empty());
    return 0;
  }
  const auto again = model::Event::decode(event->bytes());
  must(again && again->bytes() == event->bytes() && !event->source().empty() &&
       !event->type().empty());
  (void)model::FlatEvent::of(*event);
  return 0;
}
