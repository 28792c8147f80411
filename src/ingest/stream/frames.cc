#include "ingest/stream/frames.h"

#include "ingest/stream/syslog_frames.h"

namespace alarum::ingest {

std::unique_ptr<Frames> frames_of(const config::Source& source) {
  if (source.format == config::LineFormat::syslog)
    return std::make_unique<SyslogFrames>(source.event.bytes);
  return std::make_unique<LineFrames>(source.event.bytes);
}

}  // namespace alarum::ingest
