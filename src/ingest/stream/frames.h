#pragma once
#include <memory>

#include "config/sources.h"
#include "ingest/lines.h"

namespace alarum::ingest {

/// Cuts a stream of bytes into messages as they arrive. Pure.
class Frames {
 public:
  virtual ~Frames() = default;
  virtual void feed(std::string piece) = 0;
  virtual void end() = 0;
  /// The next whole message; nullopt: feed more, or the end.
  virtual std::optional<Lines::Line> next() = 0;
  /// Bytes of a message whose end has not come yet.
  virtual std::size_t held() const = 0;
};

/// NDJSON: a line each.
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

std::unique_ptr<Frames> frames_of(const config::Source& source);

}  // namespace alarum::ingest
