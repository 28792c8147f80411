#pragma once
#include <cstdint>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace alarum {

/// Senders choose what stands in an event, and people read it on a terminal. These functions make
/// sure that such a text is shown and cannot move the cursor, change colours, or hide a part of a
/// line.
///
/// Whether a character controls a terminal, or the order in which text is read, instead of being
/// shown: C0 and C1 controls and DEL (ECMA-48), line and paragraph separators, and the
/// bidirectional controls (Unicode UAX #9).
bool is_unprintable(char32_t code_point);

/// A copy of `text` that is safe to print. Unprintable characters become `\u001b`, and bytes that
/// are not UTF-8 become `\x9b`. Line feeds and tabs stay. A JSON text stays the same JSON value,
/// because such characters occur only within its strings, where the escape means the character. Any
/// thread.
std::string printable(std::string_view text);

/// As printable(), on one line: line feeds, carriage returns and tabs become spaces.
std::string printable_line(std::string_view text);

/// While this object exists, everything that is written to the stream passes through printable().
/// The command line puts it around std::cout and std::cerr once, so that no command can forget it.
/// It borrows the stream, which must outlive it. For streams that one thread writes.
class PrintableOutput : private std::streambuf {
 public:
  explicit PrintableOutput(std::ostream& out) : out_(out), target_(out.rdbuf(this)) {}
  PrintableOutput(const PrintableOutput&) = delete;
  PrintableOutput& operator=(const PrintableOutput&) = delete;
  ~PrintableOutput() override { restore(); }
  /// Gives the stream its own buffer back, and writes what is pending. The destructor does the
  /// same.
  void restore();

 private:
  int_type overflow(int_type c) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;
  bool write(bool all);

  std::ostream& out_;
  std::streambuf* target_;
  /// The first bytes of a UTF-8 character whose other bytes have not been written yet: at most 3
  /// bytes between two calls.
  std::string pending_;
};

}  // namespace alarum
