#include "deliver/local_outputs.h"

#include <set>

#include "receivers/receiver.h"

namespace alarum::deliver {
namespace {

constexpr auto kOutput = receivers::Cause::output;
constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // text that waits for one output at most

// The file's path, empty for the console; nullptr if the target is neither.
const std::string* path_of(const Target& target) {
  return receivers::receiver_of(*target.how).output();
}

}  // namespace

bool LocalOutputs::writes(const Target& target) {
  return path_of(target) != nullptr;
}

OutputWriter& LocalOutputs::writer_of(const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto& writer = writers_[path];
  if (writer) return *writer;
  const auto done = [this](std::uint64_t attempt, const std::string& fault) {
    {
      const std::lock_guard inner(mutex_);
      written_.push_back({attempt, fault});
    }
    wake_();
  };
  writer = std::make_unique<OutputWriter>(OutputWriter::Output{path.empty() ? console_ : -1, path},
                                          OutputWriter::Options{kMostBytes, done});
  return *writer;
}

void LocalOutputs::start(const Target& target, const model::Notification& notification,
                         std::chrono::nanoseconds now) {
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(target.how->timeout);
  const auto attempt = ++last_attempt_;
  if (writer_of(*path_of(target)).try_write(attempt, notification.body, limit)) {
    attempts_[attempt] = {notification.sequence, now + limit + std::chrono::seconds(1)};
  } else {
    refused_.push_back({notification.sequence,
                        receivers::verdict_of_failure("too much waits to be written", kOutput)});
    wake_();
  }
}

std::vector<Transport::Ended> LocalOutputs::ended(std::chrono::nanoseconds now) {
  std::vector<Written> written;
  {
    const std::lock_guard lock(mutex_);
    written.swap(written_);
  }
  auto ended = std::exchange(refused_, {});
  for (const auto& [number, fault] : written) {
    const auto attempt = attempts_.extract(number);
    if (attempt.empty()) continue;
    ended.push_back(
        {attempt.mapped().sequence, fault.empty() ? Verdict{Verdict::Kind::delivered, "written", {}}
                                                  : receivers::verdict_of_failure(fault, kOutput)});
  }
  // The writer keeps the limit unless its system call hangs.
  std::erase_if(attempts_, [&](const auto& one) {
    const bool overdue = now >= one.second.by;
    if (overdue)
      ended.push_back(
          {one.second.sequence, receivers::verdict_of_failure("the output hangs", kOutput)});
    return overdue;
  });
  return ended;
}

void LocalOutputs::retain(const std::map<std::string, Target>& targets) {
  std::set<std::string> paths;
  for (const auto& [name, target] : targets) {
    if (const auto* path = path_of(target)) paths.insert(*path);
  }
  // They are stopped without the lock, because their threads may be waiting for it.
  std::vector<std::unique_ptr<OutputWriter>> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [path, writer] : writers_) {
      if (!paths.contains(path) && writer->idle()) gone.push_back(std::move(writer));
    }
    std::erase_if(writers_, [](const auto& one) { return !one.second; });
  }
}

std::vector<std::string> LocalOutputs::faults() const {
  std::vector<std::string> faults;
  const std::lock_guard lock(mutex_);
  for (const auto& [path, writer] : writers_) {
    if (auto fault = writer->fault(); !fault.empty())
      faults.push_back((path.empty() ? "standard output" : path) + ": " + fault);
  }
  return faults;
}

void LocalOutputs::stop() {
  std::map<std::string, std::unique_ptr<OutputWriter>> writers;
  {
    const std::lock_guard lock(mutex_);
    writers.swap(writers_);
  }
  for (auto& [path, writer] : writers) writer->stop(std::chrono::milliseconds(0));
}

}  // namespace alarum::deliver
