#include "app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/descriptors.h"

namespace alarum::app {
namespace {

// Fields of /proc/self/stat, counted from the first one behind the name, which may have spaces.
constexpr std::size_t kStartTime = 19, kVirtual = 20, kResident = 21;

// Files of /proc say that their size is 0.
std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::uint64_t> number_at(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

std::string_view field_of(std::string_view fields, std::size_t index) {
  for (; index > 0; --index) {
    const auto space = fields.find(' ');
    if (space == std::string_view::npos) return {};
    fields.remove_prefix(space + 1);
  }
  return fields;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void add_file_size(std::uint64_t& sum, const std::string& path) {
  std::error_code fault;
  const auto size = std::filesystem::file_size(path, fault);
  if (!fault) sum += size;
}

}  // namespace

std::optional<ProcessFigures> process_figures(std::string_view self, std::string_view system,
                                              long ticks, long page) {
  constexpr std::string_view kBoot = "\nbtime ";
  const auto name_ends = self.rfind(") ");
  const auto boot_at = system.find(kBoot);
  if (name_ends == std::string_view::npos || boot_at == std::string_view::npos) return std::nullopt;
  const auto fields = self.substr(name_ends + 2);
  const auto boot = number_at(system.substr(boot_at + kBoot.size()));
  const auto started = number_at(field_of(fields, kStartTime));
  const auto bytes = number_at(field_of(fields, kVirtual));
  const auto pages = number_at(field_of(fields, kResident));
  if (!boot || !started || !bytes || !pages) return std::nullopt;
  return ProcessFigures{
      static_cast<double>(*boot) + static_cast<double>(*started) / static_cast<double>(ticks),
      *bytes, *pages * static_cast<std::uint64_t>(page)};
}

void add_process(api::MetricsPage& page) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    page.counter("process_cpu_seconds_total", "User and system CPU time of the process.",
                 seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  const auto figures = process_figures(text_of("/proc/self/stat"), text_of("/proc/stat"),
                                       sysconf(_SC_CLK_TCK), sysconf(_SC_PAGESIZE));
  if (figures) {
    page.gauge("process_start_time_seconds", "Unix time at which the process was started.",
               figures->start_seconds);
    page.gauge("process_virtual_memory_bytes", "Size of the virtual memory.",
               static_cast<double>(figures->virtual_bytes));
    page.gauge("process_resident_memory_bytes", "Size of the memory that is in RAM.",
               static_cast<double>(figures->resident_bytes));
  }
  page.gauge("process_open_fds", "Number of open file descriptors.",
             static_cast<double>(open_descriptors()));
  page.gauge("process_max_fds", "Maximum number of open file descriptors.",
             static_cast<double>(raise_descriptor_limit(0)));
}

void add_disk(api::MetricsPage& page, const std::string& folder, const std::string& book) {
  std::error_code fault;
  const auto space = std::filesystem::space(folder, fault);
  if (!fault) {
    page.gauge("alarum_disk_size_bytes", "Size of the file system of the data folder.",
               static_cast<double>(space.capacity));
    page.gauge("alarum_disk_free_bytes",
               "Free space of the file system of the data folder that Alarum may use.",
               static_cast<double>(space.available));
  }
  std::uint64_t bytes = 0;
  for (const auto* end : {"", "-wal", "-shm"}) add_file_size(bytes, book + end);
  page.gauge("alarum_history_bytes", "Size of the files of the history.",
             static_cast<double>(bytes));
}

}  // namespace alarum::app
