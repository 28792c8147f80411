#pragma once
#include <fmt/format.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace alarum::log {

/// The daemon's own log: one line for each message, in logfmt or JSON. Everything here may be
/// called on any thread, except where it says otherwise. Without a log::Background
/// (base/log_output.h) a call writes to standard error and may block; the daemon has one as long as
/// it runs.
enum class Level { debug, info, warn, error };
enum class Style { logfmt, json };

/// One `key=value` of a line. The value is formatted by {fmt} when the field is made, so make none
/// in a loop whose lines are usually below the log level. It is quoted where the format needs that;
/// in JSON numbers, true and false are not.
struct Field {
  template <class T>
  Field(std::string_view k, const T& v)
      : key(k), value(fmt::format("{}", v)), bare(is_json_scalar(v)) {}
  std::string_view key;  ///< borrowed until write() returns
  std::string value;
  bool bare;  ///< the value is a JSON text as it stands

 private:
  template <class T>
  static bool is_json_scalar(const T& v) {
    if constexpr (std::is_floating_point_v<T>)
      return std::isfinite(v);
    else
      return std::is_integral_v<T> && !std::is_same_v<T, char>;
  }
};

/// Sets the lowest level that is written, and the form of the lines. main calls it once before it
/// starts threads. Until then the level is info and the form logfmt.
void configure(Level least, Style style);

/// Writes one line: `time=… level=info stage=journal msg="segment sealed" segment=3`. The time is
/// UTC in RFC 3339. `stage` is the name of the folder in src/. `message` is a constant text without
/// values: values go into the fields. Text from outside cannot forge lines or control a terminal,
/// because the line is made printable (base/printable.h). Never fails; with a Background, lines
/// that cannot be written are dropped and counted (dropped()).
void write(Level level, std::string_view stage, std::string_view message,
           std::initializer_list<Field> fields);

inline void debug(std::string_view stage, std::string_view message,
                  std::initializer_list<Field> fields = {}) {
  write(Level::debug, stage, message, fields);
}
inline void info(std::string_view stage, std::string_view message,
                 std::initializer_list<Field> fields = {}) {
  write(Level::info, stage, message, fields);
}
inline void warn(std::string_view stage, std::string_view message,
                 std::initializer_list<Field> fields = {}) {
  write(Level::warn, stage, message, fields);
}
inline void error(std::string_view stage, std::string_view message,
                  std::initializer_list<Field> fields = {}) {
  write(Level::error, stage, message, fields);
}

}  // namespace alarum::log
