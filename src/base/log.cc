#include "base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/log_output.h"
#include "base/output_writer.h"
#include "base/printable.h"

namespace alarum::log {
namespace {

std::atomic<Style> g_style = Style::logfmt;  // set once by configure()
bool g_diverted = false;  // this and the next are set by divert(), before threads start
std::function<void(const std::string&)> g_divert_to;

std::string line_of(Level level, std::string_view stage, std::string_view message,
                    std::initializer_list<Field> fields);

// Writes lines to the Background's OutputWriter if there is one, otherwise to standard error. The
// mutex of base_sink guards the writer and the counts. With a writer no thread blocks while it
// holds the mutex.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void open(int descriptor) {
    OutputWriter::Options options;
    options.done = [this](std::uint64_t, const std::string& fault) { ended(fault); };
    auto writer =
        std::make_unique<OutputWriter>(OutputWriter::Output{descriptor}, std::move(options));
    const std::lock_guard lock(mutex_);
    writer_ = std::move(writer);
  }
  void close() {
    finish();
    const std::lock_guard lock(mutex_);
    writer_.reset();
  }
  // Without mutex_: the writer's thread takes it in ended(), and stop() waits for that thread.
  void finish() {
    if (writer_) writer_->stop(std::chrono::seconds(1));
  }
  void put(std::string text) {
    const std::lock_guard lock(mutex_);
    take(std::move(text));
  }
  std::uint64_t dropped() {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }
  std::string fault() {
    const std::lock_guard lock(mutex_);
    return writer_ ? writer_->fault() : std::string();
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {  // with mutex_ locked
    take(std::string(message.payload.begin(), message.payload.end()) + '\n');
  }
  void take(std::string text) {
    if (!writer_)
      std::fwrite(text.data(), 1, text.size(), stderr);
    else if (!writer_->try_write(0, std::move(text)))
      note_dropped();
  }
  void flush_() override { std::fflush(stderr); }
  void note_dropped() { ++dropped_, ++not_reported_; }
  // Called when a line was written, so there may be space for the report about dropped lines.
  void ended(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    if (!fault.empty()) return note_dropped();
    if (not_reported_ == 0 || !writer_) return;
    auto line =
        line_of(Level::warn, "log", "lines were dropped because standard error was not read",
                {{"lines", not_reported_}});
    if (writer_->try_write(0, std::move(line) + '\n')) not_reported_ = 0;
  }

  std::unique_ptr<OutputWriter> writer_;
  std::uint64_t dropped_ = 0, not_reported_ = 0;
};

const std::shared_ptr<Sink>& sink() {
  static const auto instance = std::make_shared<Sink>();
  return instance;
}

spdlog::logger& logger() {
  static spdlog::logger instance("alarum", sink());
  return instance;
}

constexpr std::string_view name(Level level) {
  constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
  return names[static_cast<int>(level)];
}

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr spdlog::level::level_enum levels[] = {spdlog::level::debug, spdlog::level::info,
                                                  spdlog::level::warn, spdlog::level::err};
  return levels[static_cast<int>(level)];
}

std::string json_text(std::string_view value) {
  return nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string logfmt_value(std::string_view value) {
  const bool plain = !value.empty() && std::ranges::none_of(value, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '"' || c == '=' || c == '\\' || c == 0x7F;
  });
  return plain ? std::string(value) : json_text(value);
}

std::string line_of(Level level, std::string_view stage, std::string_view message,
                    std::initializer_list<Field> fields) {
  const auto time = g_diverted ? std::string("0") : format_rfc3339(SystemClock().wall());
  std::string line;
  if (g_style == Style::json) {
    line = fmt::format(R"({{"time":"{}","level":"{}","stage":"{}","msg":{})", time, name(level),
                       stage, json_text(message));
    for (const auto& [key, value, bare] : fields)
      line += fmt::format(",{}:{}", json_text(key), bare ? value : json_text(value));
    return printable(line + '}');
  }
  line = fmt::format("time={} level={} stage={} msg={}", time, name(level), stage,
                     logfmt_value(message));
  for (const auto& field : fields)
    line += fmt::format(" {}={}", field.key, logfmt_value(field.value));
  return printable(line);
}

}  // namespace

void configure(Level least, Style style) {
  g_style = style;
  logger().set_level(to_spdlog(least));
}

void divert(std::function<void(const std::string& line)> to) {
  g_diverted = true;
  g_divert_to = std::move(to);
}

void write(Level level, std::string_view stage, std::string_view message,
           std::initializer_list<Field> fields) {
  if (g_diverted) {
    if (g_divert_to) g_divert_to(line_of(level, stage, message, fields));
    return;
  }
  if (!logger().should_log(to_spdlog(level))) return;
  const auto line = line_of(level, stage, message, fields);
  logger().log(to_spdlog(level), spdlog::string_view_t(line));
  if (level >= Level::warn) logger().flush();
}

Background::Background(int descriptor) {
  sink()->open(descriptor);
}
Background::~Background() {
  sink()->close();
}
void finish() {
  sink()->finish();
}

void write_text(std::string_view text) {
  if (!text.empty()) sink()->put(printable(text));
}
std::uint64_t dropped() {
  return sink()->dropped();
}
std::string output_fault() {
  return sink()->fault();
}

}  // namespace alarum::log
