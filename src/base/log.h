#pragma once
#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace alarum::log {

enum class Level { debug, info, warn, error };
enum class Style { logfmt, json };

/// One `key=value` of a line. Values are quoted where they need it.
struct Field {
  template <class T>
  Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
  std::string_view key;
  std::string value;
};

/// Lines go to standard error. Called once by main, before threads start.
void configure(Level least, Style style);

/// `time=… level=info stage=journal msg="segment sealed" segment=3`. `stage` is the folder's name.
/// Any thread.
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
