// How long it takes to open a journal, and how to make a large one.
//
//     bench_start make FOLDER EVENTS EVENTS.ndjson    events of that file, each with an id of its
//     own,
//                                                     5,000 a commit, over a week; full segments
//                                                     sealed
//     bench_start open FOLDER [DAYS]                  opens it and says what it took; DAYS: the
//     window
#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "journal/log.h"

namespace alarum::journal {
namespace {

using namespace std::chrono_literals;

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

std::unique_ptr<Log> open_log(const std::string& folder, FileSystem& files, int days = 1) {
  Options options;
  options.folder = folder;
  options.max_size = 100ULL << 30;
  options.dedup_window = 24h * days;
  auto log = Log::open(options, files);
  if (!log) give_up(log.error().message);
  return std::move(*log);
}

void seal_all(Log& log, FileSystem& files, const std::string& folder) {
  while (auto segment = log.next_to_seal()) {
    const auto done = seal_file(files, folder + "/segments", segment->name, segment->end_offset);
    if (!done) give_up(done.error().message);
    segment->name.sealed = true;
    segment->bytes = done->bytes;
    log.sealed(*segment);
  }
}

void make(const std::string& folder, std::size_t count, const char* file) {
  std::vector<std::string> bodies;
  std::ifstream in(file);
  for (std::string line; bodies.size() < 20'000 && std::getline(in, line);) bodies.push_back(line);
  if (bodies.empty()) give_up("no events in that file");
  PosixFileSystem files;
  if (auto done = files.make_folder(folder); !done) give_up(done.error().message);
  const auto log = open_log(folder, files);
  const auto begins = std::chrono::floor<Duration>(std::chrono::system_clock::now()) - 24h * 7;
  constexpr std::size_t kBatch = 5000;
  for (std::size_t i = 0; i < count; i += kBatch) {
    std::vector<Submission> group(1);
    for (std::size_t k = i; k < i + kBatch; ++k) {
      model::EventFields fields;
      const auto id = fmt::format("{:016x}", k);
      fields.id = id;
      fields.source = "bench";
      fields.type = "t";
      fields.data_kind = model::DataKind::json;
      fields.data = bodies[k % bodies.size()];
      group[0].items.push_back({model::Event(fields), std::nullopt});
    }
    const auto at = begins + Duration(24h * 7) / count * i;
    if (auto done = log->commit(group, {at, {}}); !done) give_up(done.error().message);
    seal_all(*log, files, folder);
  }
}

void open(const std::string& folder, int days) {
  PosixFileSystem files;
  const auto wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  const auto log = open_log(folder, files, days);
  const auto took = seconds(CLOCK_MONOTONIC) - wall, used = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} records in {} segments, {:.2f} GiB: {:.2f} s, CPU {:.2f} s; {} ids, peak {} MiB\n",
             log->end_offset(), log->segment_count(),
             static_cast<double>(log->bytes_on_disk()) / (1ULL << 30), took, used,
             log->dedup().size(), usage.ru_maxrss / 1024);
}

}  // namespace
}  // namespace alarum::journal

int main(int count, char** words) {
  const std::string what = count > 2 ? words[1] : "";
  if (what == "make" && count == 5) {
    alarum::journal::make(words[2], std::strtoull(words[3], nullptr, 10), words[4]);
  } else if (what == "open") {
    alarum::journal::open(words[2], count > 3 ? std::atoi(words[3]) : 1);
  } else {
    fmt::print(stderr, "bench_start make FOLDER EVENTS EVENTS.ndjson | open FOLDER [DAYS]\n");
    return 1;
  }
}
