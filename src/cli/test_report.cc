#include "cli/test_report.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace alarum::cli {
namespace {

std::string plural(std::size_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string text_of(const Place& place) {
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string place_of(const engine::RuleTestResult& result) {
  return text_of(result.place);
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

std::string junit_case(const TestFile& report, const engine::RuleTestResult& result) {
  auto text =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml(report.path), xml(result.name));
  if (result.passed) return text + "/>\n";
  return text + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                            xml(place_of(result)), xml(result.difference));
}

std::string junit_suite(const TestFile& report) {
  const bool broken = !report.faults.empty();
  auto text = fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
                          xml(report.path), report.results.size() + (broken ? 1 : 0),
                          report.failed(), broken ? 1 : 0);
  for (const auto& result : report.results) text += junit_case(report, result);
  if (broken) {
    text += fmt::format(
        "    <testcase classname=\"{0}\" name=\"{0}\">\n      <error>{1}</error>\n    "
        "</testcase>\n",
        xml(report.path), xml(report.faults));
  }
  return text + "  </testsuite>\n";
}

}  // namespace

bool write_junit(const std::string& path, const std::vector<TestFile>& files) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const auto& report : files) file << junit_suite(report);
  file << "</testsuites>\n";
  file.close();
  return !file.fail();
}

TestSums sums_of(const std::vector<TestFile>& files) {
  TestSums sums;
  for (const auto& file : files) {
    sums.tests += file.results.size();
    sums.failed += file.failed();
    sums.files += file.results.empty() ? 0 : 1;
    sums.errors += file.faults.empty() ? 0 : 1;
  }
  return sums;
}

std::string sum_line(const TestSums& sums) {
  auto text = plural(sums.tests, "test") + " in " + plural(sums.files, "file") + ": ";
  text += sums.failed == 0
              ? "all passed"
              : fmt::format("{} passed, {} failed", sums.tests - sums.failed, sums.failed);
  if (sums.errors > 0) text += "; " + plural(sums.errors, "file") + " could not run";
  return text + '\n';
}

void print_results(const std::vector<TestFile>& files, std::ostream& out, std::ostream& err) {
  for (const auto& file : files) {
    err << file.faults;
    for (const auto& result : file.results) {
      if (!result.passed)
        out << fmt::format("{}: failed: {}\n{}", place_of(result), result.name, result.difference);
    }
  }
}

std::string results_json(const std::vector<TestFile>& files) {
  using Json = nlohmann::ordered_json;
  auto list = Json::array();
  const auto add = [&](const TestFile& file, int line, const std::string& name, bool passed,
                       const std::string& difference) {
    list.push_back({{"file", file.path},
                    {"line", line},
                    {"name", name},
                    {"passed", passed},
                    {"difference", difference}});
  };
  for (const auto& file : files) {
    if (!file.faults.empty()) add(file, 0, "the file", false, file.faults);
    for (const auto& result : file.results)
      add(file, result.place.line, result.name, result.passed, result.difference);
  }
  return list.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

void print_coverage(const tools::Coverage::Report& report, std::ostream& out) {
  for (const auto& gap : report.gaps)
    out << fmt::format("{}: not reached: {}: {}\n", text_of(gap.place), gap.rule, gap.what);
  out << fmt::format("{} of {} reached, {} of {}\n", report.rules_reached,
                     plural(report.rules, "rule"), report.clauses_reached,
                     plural(report.clauses, "alternative"));
}

}  // namespace alarum::cli
