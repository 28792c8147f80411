#include "ingest/rejects.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace alarum::ingest {

Rejects::Rejects(std::string path) : path_(std::move(path)), lines_(kWaiting), thread_([this] { run(); }) {}

Rejects::~Rejects() {
  lines_.close();
  thread_.join();
}

void Rejects::add(Time at, model::Format format, std::string_view sender, const Error& error, std::string_view body) {
  // Where they come faster than a disk takes them, one that is left out must cost no more than its count.
  const auto second = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  if (second_.exchange(second) != second) bytes_ = 0;
  if (bytes_ > kASecond || lines_.weight() > kWaiting - kBody) return leave_out();
  nlohmann::ordered_json entry{{"time", format_rfc3339(at)}, {"format", to_text(format)},
                                     {"sender", sender},           {"reason", error.reason},
                                     {"message", error.message},   {"body", body.substr(0, kBody)}};
  if (const auto unsaid = unsaid_.exchange(0)) entry["left_out"] = unsaid;
  auto line = entry.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  const auto weight = line.size();
  bytes_ += weight;
  if (!lines_.try_push(std::move(line), weight)) leave_out();
}

void Rejects::run() {
  while (auto lines = lines_.take_all(std::chrono::seconds(1))) {
    for (const auto& line : *lines) write(line);
  }
}

void Rejects::write(const std::string& line) {
  std::error_code fault;
  if (const auto size = std::filesystem::file_size(path_, fault); !fault && size + line.size() > kFile)
    std::filesystem::rename(path_, path_ + ".1", fault);
  std::ofstream file(path_, std::ios::app | std::ios::binary);
  if (!(file << line)) leave_out();
}

}  // namespace alarum::ingest
