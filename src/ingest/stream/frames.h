#pragma once
#include <memory>

#include "config/sources.h"
#include "ingest/lines.h"

namespace alarum::ingest {

/// Cuts a stream of bytes into messages as they arrive. Pure. One object for each connection. Call
/// feed(), then next() until it returns nullopt; at the end of the stream end() and again next().
class Frames {
 public:
  virtual ~Frames() = default;
  /// Takes the next bytes. To be called only after next() has returned nullopt.
  virtual void feed(std::string piece) = 0;
  /// No more bytes will come.
  virtual void end() = 0;
  /// The next whole message; nullopt if more must be fed, or after the end. Its view is valid until
  /// the next call of any method.
  virtual std::optional<Lines::Line> next() = 0;
  /// Bytes that are buffered of a message whose end has not come yet.
  virtual std::size_t held() const = 0;
};

/// Frames of NDJSON: each line is a message.
class LineFrames final : public Frames {
 public:
  explicit LineFrames(std::size_t longest) : lines_(longest) {}
  void feed(std::string piece) override { lines_.feed(std::move(piece)); }
  void end() override { lines_.end(); }
  std::optional<Lines::Line> next() override { return lines_.next(); }
  std::size_t held() const override { return lines_.held(); }

 private:
  Lines lines_;
};

/// The frames for the format of that source: SyslogFrames for syslog, otherwise LineFrames. A
/// message may have as many bytes as an event of the source.
std::unique_ptr<Frames> frames_of(const config::Source& source);

}  // namespace alarum::ingest
