#pragma once
#include <cstdint>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace alarum {

/// Whether a character does something to a terminal, or to the order in which text is read, in
/// place of being shown: C0 and C1 controls and DEL (ECMA-48), line and paragraph separators, and
/// the bidirectional controls (UAX #9).
bool is_unprintable(char32_t code_point);

/// `text` as a terminal or a log may show it, whatever a sender wrote: unprintable characters as
/// `\u001b`, bytes that are not UTF-8 as
/// `\x9b`; line feeds and tabs stay. JSON stays the same JSON: it has such characters only inside
/// strings, where the escape means them.
std::string printable(std::string_view text);

/// The same in one line: line feeds, carriage returns and tabs become spaces.
std::string printable_line(std::string_view text);

/// While it lives, everything that is written to `out` passes through printable(). For the streams
/// of command line tools, so that no command can forget it. Not for threads that write at the same
/// time.
class PrintableOutput : private std::streambuf {
 public:
  explicit PrintableOutput(std::ostream& out) : out_(out), target_(out.rdbuf(this)) {}
  PrintableOutput(const PrintableOutput&) = delete;
  PrintableOutput& operator=(const PrintableOutput&) = delete;
  ~PrintableOutput() override { restore(); }
  /// The stream writes as before from here on.
  void restore();

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  bool write(bool all);

  std::ostream& out_;
  std::streambuf* target_;
  /// The beginning of a character whose other bytes have not been written yet: at most 3 bytes
  /// between two calls
  std::string pending_;
};

}  // namespace alarum
