#pragma once
#include <filesystem>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/event.h"
#include "tests/rules/text_rules.h"

/// Events and times as short texts, so that tests of correlation and alerts can be read as stories.
/// All times are offsets from kStart: `5m`, `-2h`. Faulty texts throw, which fails the test.
namespace alarum::support {

/// The beginning of every story.
constexpr Time kStart = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);

/// `5m` or `-2h` as a duration.
inline Duration offset(const std::string& text) {
  return text.starts_with('-') ? -parse_duration(text.substr(1)).value()
                               : parse_duration(text).value();
}
/// The time at that offset from kStart.
inline Time at(const std::string& text) {
  return kStart + offset(text);
}
/// The reverse of at(), for comparing times as texts.
inline std::string shown(Time time) {
  const auto passed = time - kStart;
  return passed < Duration::zero() ? "-" + format_duration(-passed) : format_duration(passed);
}

/// The words of a line, divided by white space.
inline std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in(line);
  return {std::istream_iterator<std::string>(in), {}};
}
/// The lines of a text without their indentation; blank lines are left out.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(' ') != std::string::npos)
      lines.push_back(line.substr(line.find_first_not_of(' ')));
  }
  return lines;
}

/// An event from `TYPE SUBJECT [time=OFFSET|none] [source=S] [status=S] [severity=S]
/// [format=syslog] [id=ID] [data={…}]`. No word may have blanks, so `data` is JSON without them.
/// The subject `-` stands for none. Without `time` the event's own time is `arrival`; with
/// `time=none` it has none. Throws std::invalid_argument for a word that it does not know.
inline model::Event event_of(const std::string& line, Time arrival, std::string_view id = "1") {
  const auto words = words_of(line);
  model::EventFields fields;
  fields.id = id, fields.source = "test", fields.type = words.at(0), fields.time = arrival;
  fields.data_kind = model::DataKind::json, fields.data = "{}";
  if (words.at(1) != "-") fields.subject = words[1];
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto key = words[i].substr(0, equals);
    const auto value = std::string_view(words[i]).substr(equals + 1);
    if (key == "time")
      fields.time = value == "none" ? std::nullopt : std::optional(at(std::string(value)));
    else if (key == "source")
      fields.source = value;
    else if (key == "status")
      fields.status = model::normalise_status(value);
    else if (key == "severity")
      fields.severity = model::normalise_severity(value);
    else if (key == "format" && value == "syslog")
      fields.format = model::Format::syslog;
    else if (key == "id")
      fields.id = value;
    else if (key == "data")
      fields.data = value;
    else
      throw std::invalid_argument(words[i]);
  }
  return model::Event(fields);
}

/// A new empty folder on the real disk, which is deleted with everything in it when this object is
/// destroyed. For tests of what uses files directly, such as SQLite.
class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "alarum-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  /// The path of `name` within the folder; nothing is created.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace alarum::support
