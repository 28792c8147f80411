#pragma once

namespace alarum::match {

/// How many of a thousand bytes of a text are `c`, roughly: a guess that only speed depends on.
constexpr unsigned frequency(char c) {
  if (c == ' ') return 80;
  if (c >= 'a' && c <= 'z') return 35;
  if ((c >= '0' && c <= '9') || c == '-') return 25;
  return c >= 'A' && c <= 'Z' ? 5 : 3;
}

}  // namespace alarum::match
