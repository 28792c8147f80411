#include "tests/bench/path_load/events.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace alarum::bench {

std::string_view next_id(std::string_view text, std::size_t& at) {
  constexpr std::string_view name = "\"id\":";
  const auto found = text.find(name, at);
  if (found == text.npos) return {};
  const auto quote = text.find('"', found + name.size());
  const auto end = quote == text.npos ? quote : text.find('"', quote + 1);
  if (end == text.npos) return {};
  at = end + 1;
  return text.substr(quote + 1, end - quote - 1);
}

Events::Events(const std::string& file, unsigned pass) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) {
    fmt::print(stderr, "path-load: cannot read {}\n", file);
    std::exit(2);
  }
  const auto size = static_cast<std::size_t>(in.tellg());
  text_.resize(size + simdjson::SIMDJSON_PADDING, '\0');
  in.seekg(0).read(text_.data(), static_cast<std::streamsize>(size));
  begins_.push_back(0);
  for (auto at = text_.find('\n'); at < size; at = text_.find('\n', at + 1)) {
    text_[at] = ',';
    begins_.push_back(at + 1);
  }
  if (pass == 0) return;
  const auto mark = fmt::format("{:08x}", pass);
  for (std::size_t i = 0; i < this->size(); ++i) {
    const auto found = id(i);
    if (found.size() < mark.size()) continue;
    std::ranges::copy(mark, text_.begin() + (found.data() - text_.data()));
  }
}

std::string_view Events::some(std::size_t first, std::size_t count) const {
  const auto begin = begins_[first];
  return std::string_view(text_).substr(begin, begins_[first + count] - 1 - begin);
}

std::string_view Events::id(std::size_t number) const {
  std::size_t at = 0;
  return next_id((*this)[number], at);
}

}  // namespace alarum::bench
