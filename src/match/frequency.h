#pragma once

namespace alarum::match {

/// Roughly how many of a thousand bytes of typical event text are `c`. Searches look for the rarest
/// byte of a text first. A wrong guess costs time and never changes a result.
constexpr unsigned frequency(char c) {
  if (c == ' ') return 80;
  if (c >= 'a' && c <= 'z') return 35;
  if ((c >= '0' && c <= '9') || c == '-') return 25;
  return c >= 'A' && c <= 'Z' ? 5 : 3;
}

}  // namespace alarum::match
