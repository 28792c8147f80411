#include "cli/test_command.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/rule_test_runner.h"
#include "rules/rule_set.h"

namespace alarum::cli {
namespace {

namespace fs = std::filesystem;

bool is_test_file(const fs::path& path) {
  const auto name = path.filename().string();
  return !name.starts_with('.') && (name.ends_with(".test.yaml") || name.ends_with(".test.yml"));
}

void find_in(const fs::path& folder, std::vector<std::string>& found) {
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at) {
    const bool hidden = at->path().filename().string().starts_with('.');
    if (hidden && at->is_directory()) at.disable_recursion_pending();
    if (!at->is_directory() && is_test_file(at->path())) found.push_back(at->path().lexically_normal().string());
  }
}

// A file that is named is taken whatever it is called. What cannot be read is a fault of its own.
std::vector<std::string> find_tests(const std::vector<std::string>& paths, Diagnostics& faults) {
  std::vector<std::string> found;
  for (const auto& path : paths) {
    std::error_code unused;
    try {
      if (fs::is_directory(path, unused)) {
        find_in(path, found);
      } else if (fs::exists(path, unused)) {
        found.push_back(fs::path(path).lexically_normal().string());
      } else {
        faults.error({path, 0, 0}, "no such file or folder");
      }
    } catch (const fs::filesystem_error& fault) {
      faults.error({path, 0, 0}, fault.code().message());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

// What became of one test file: results, or why it could not run.
struct FileReport {
  std::string path;
  std::string faults;
  std::vector<engine::RuleTestResult> results;

  std::size_t failed() const {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(), [](const auto& r) { return !r.passed; }));
  }
};

std::shared_ptr<const match::Generation> compile(const std::vector<std::string>& rule_files, Diagnostics& faults) {
  auto set = rules::compile(rules::read_sources(rule_files, faults), faults);
  return set && faults.ok() ? std::make_shared<const match::Generation>(std::move(*set)) : nullptr;
}

std::optional<std::string> slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return text.str();
}

void run_file(const re2::RE2& chosen, FileReport& report, Diagnostics& faults) {
  const auto text = slurp(report.path);
  if (!text) return faults.error({report.path, 0, 0}, "cannot be read, or is empty");
  const auto file = engine::read_rule_tests(*text, report.path, faults);
  if (!file) return;
  const auto generation = compile(file->rules, faults);
  if (!generation) return;
  for (const auto& test : file->tests) {
    if (re2::RE2::PartialMatch(test.name, chosen)) report.results.push_back(engine::run_rule_test(test, generation));
  }
}

FileReport run_file(const std::string& path, const re2::RE2& chosen) {
  FileReport report{path, {}, {}};
  Diagnostics faults;
  run_file(chosen, report, faults);
  if (!faults.ok()) report.faults = faults.text();
  return report;
}

struct Sums {
  std::size_t tests = 0, failed = 0, files = 0, errors = 0;
};

Sums sums_of(const std::vector<FileReport>& reports) {
  Sums sums;
  for (const auto& report : reports) {
    sums.tests += report.results.size();
    sums.failed += report.failed();
    sums.files += report.results.empty() ? 0 : 1;
    sums.errors += report.faults.empty() ? 0 : 1;
  }
  return sums;
}

std::string sum_line(const Sums& sums) {
  auto text = fmt::format("{} test{} in {} file{}: ", sums.tests, sums.tests == 1 ? "" : "s", sums.files,
                          sums.files == 1 ? "" : "s");
  text += sums.failed == 0 ? "all passed" : fmt::format("{} passed, {} failed", sums.tests - sums.failed, sums.failed);
  if (sums.errors > 0) text += fmt::format("; {} file{} could not run", sums.errors, sums.errors == 1 ? "" : "s");
  return text + '\n';
}

std::string place_of(const engine::RuleTestResult& result) {
  return fmt::format("{}:{}:{}", result.place.file, result.place.line, result.place.column);
}

void print(const FileReport& report, std::ostream& out, std::ostream& err) {
  err << report.faults;
  for (const auto& result : report.results) {
    if (!result.passed) out << fmt::format("{}: failed: {}\n{}", place_of(result), result.name, result.difference);
  }
}

// For XML 1.0, which has no way to write most control characters.
std::string xml(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\n' || c == '\t')
      out += c == '\n' ? "&#10;" : "&#9;";
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
      out += c;
  }
  return out;
}

std::string junit_case(const FileReport& report, const engine::RuleTestResult& result) {
  auto text = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(report.path), xml(result.name));
  if (result.passed) return text + "/>\n";
  return text + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", xml(place_of(result)),
                            xml(result.difference));
}

std::string junit_suite(const FileReport& report) {
  const bool broken = !report.faults.empty();
  auto text = fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n", xml(report.path),
                          report.results.size() + (broken ? 1 : 0), report.failed(), broken ? 1 : 0);
  for (const auto& result : report.results) text += junit_case(report, result);
  if (broken) {
    text += fmt::format("    <testcase classname=\"{0}\" name=\"{0}\">\n      <error>{1}</error>\n    </testcase>\n",
                        xml(report.path), xml(report.faults));
  }
  return text + "  </testsuite>\n";
}

bool write_junit(const std::string& path, const std::vector<FileReport>& reports) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const auto& report : reports) file << junit_suite(report);
  file << "</testsuites>\n";
  file.close();
  return !file.fail();
}

}  // namespace

int test_command(const std::vector<std::string>& paths, const std::string& run_regex, const std::string& junit_path,
                 std::ostream& out, std::ostream& err) {
  const re2::RE2 chosen(run_regex, re2::RE2::Quiet);
  if (!chosen.ok()) {
    err << fmt::format("\"{}\" is not a regular expression of RE2: {}\n", run_regex, chosen.error());
    return 2;
  }
  Diagnostics faults;
  std::vector<FileReport> reports;
  for (const auto& path : find_tests(paths, faults)) reports.push_back(run_file(path, chosen));
  err << faults.text();
  for (const auto& report : reports) print(report, out, err);
  const auto sums = sums_of(reports);
  if (sums.tests > 0) out << sum_line(sums);
  out.flush();
  if (!junit_path.empty() && !write_junit(junit_path, reports)) {
    err << fmt::format("cannot write the report {}\n", junit_path);
    return 2;
  }
  if (sums.tests == 0 && sums.errors == 0) {
    err << (reports.empty() ? "no tests found: they are in files named *.test.yaml\n"
                            : "no test has a name that fits\n");
  }
  return faults.ok() && sums.tests > 0 && sums.failed == 0 && sums.errors == 0 ? 0 : 1;
}

}  // namespace alarum::cli
