#include "ingest/rejects.h"

#include <nlohmann/json.hpp>

#include "base/thread_name.h"

namespace alarum::ingest {
namespace {

std::string newest_line(nlohmann::ordered_json entry, std::uint64_t sequence) {
  auto& body = entry["body"].get_ref<std::string&>();
  if (body.size() > Rejects::kNewestBody) body.resize(Rejects::kNewestBody);
  entry["sequence"] = sequence;
  return entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Rejects::Rejects(FileSystem& files, std::string path)
    : files_(files), path_(std::move(path)), lines_(kWaiting) {}

void Rejects::start() {
  thread_ = std::thread([this] {
    name_thread("rejects");
    while (turn(patience())) {
    }
  });
}

void Rejects::stop() {
  close();
  if (thread_.joinable()) thread_.join();
}

bool Rejects::turn(std::chrono::nanoseconds most) {
  const auto lines = lines_.take_all(most);
  if (!lines) return false;
  for (const auto& line : *lines) write(line);
  return true;
}

std::chrono::nanoseconds Rejects::patience() const {
  return lines_.ready() ? std::chrono::nanoseconds() : std::chrono::hours(1);
}

std::vector<std::string> Rejects::newest() const {
  const std::lock_guard lock(newest_mutex_);
  return {newest_.begin(), newest_.end()};
}

void Rejects::add(Time at, model::Format format, std::string_view sender, const Error& error,
                  std::string_view body) {
  // Decide before the entry is built, because in a flood an entry that is left out must cost no
  // more than a counter.
  const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  if (second_.exchange(second) != second) bytes_ = 0;
  if (bytes_ > kASecond || lines_.full(kBody)) return leave_out();
  nlohmann::ordered_json entry{{"time", format_rfc3339(at)}, {"format", to_text(format)},
                               {"sender", sender},           {"reason", error.reason},
                               {"message", error.message},   {"body", body.substr(0, kBody)}};
  {
    const std::lock_guard lock(newest_mutex_);
    newest_.push_back(newest_line(entry, ++sequence_));
    if (newest_.size() > kNewest) newest_.pop_front();
  }
  if (const auto unsaid = unsaid_.exchange(0)) entry["left_out"] = unsaid;
  auto line = entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const auto weight = line.size();
  bytes_ += weight;
  if (!lines_.try_push(std::move(line), weight)) leave_out();
}

void Rejects::write(const std::string& line) {
  if (const auto size = file_size(files_, path_); size && *size + line.size() > kFile)
    (void)files_.rename(path_, path_ + ".1");
  if (!append_line(files_, path_, line)) leave_out();
}

}  // namespace alarum::ingest
