// Runs a fuzz target without libFuzzer, so that every compiler's tests do: first the files of its
// corpus, then mutations of them, the same at each run. `fuzz_replay NAME CORPUS INPUTS`. The input
// at hand stands in `replay_NAME.input` in the working folder, also after a crash.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/fuzz/target.h"

namespace {

// Bytes of a mutated input: what is wrong shows in small ones, and they are fast
constexpr std::size_t kLargest = 8192;
constexpr std::string_view kWords[] = {"\"",
                                       "\\",
                                       "{",
                                       "}",
                                       "[",
                                       "]",
                                       ":",
                                       ",",
                                       "\r\n",
                                       "\n",
                                       "\0",
                                       "\xff",
                                       "\xc3",
                                       "\xed\xa0\x80",
                                       "\xef\xbb\xbf",
                                       "\\u0000",
                                       "\\ud800",
                                       "null",
                                       "true",
                                       "-1",
                                       "0",
                                       "1e999",
                                       "9223372036854775808",
                                       "-9223372036854775809",
                                       "0x10",
                                       "%00",
                                       "%",
                                       "..",
                                       "://",
                                       "{{",
                                       "}}",
                                       "<",
                                       ">",
                                       "&",
                                       "=",
                                       "~",
                                       "*",
                                       "?",
                                       "Content-Length: 5\r\n",
                                       "Transfer-Encoding: chunked\r\n",
                                       "1999-02-29T25:61:61Z",
                                       "<34>1 ",
                                       "<191>"};

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<std::string> texts;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return texts;
}

// A file that is mapped: what was copied into it is there however the process ends.
class LastInput {
 public:
  explicit LastInput(const std::string& path)
      : handle_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (handle_ < 0 || ::ftruncate(handle_, kRoom) != 0) std::exit(2);
    bytes_ =
        static_cast<char*>(::mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_SHARED, handle_, 0));
    if (bytes_ == MAP_FAILED) std::exit(2);
  }
  void remember(std::string_view input) {
    std::memset(bytes_, 0, std::exchange(size_, std::min(input.size(), kRoom)));
    std::memcpy(bytes_, input.data(), size_);
  }

 private:
  static constexpr std::size_t kRoom = 1 << 20;
  const int handle_;
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string next() {
    auto text = corpus_[below(corpus_.size())];
    text.resize(std::min(text.size(), kLargest));
    for (auto steps = 1 + below(4); steps > 0; --steps) change(text);
    text.resize(std::min(text.size(), kLargest));
    return text;
  }

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  void change(std::string& text) {
    const auto at = below(text.size() + 1),
               length = below(std::min<std::size_t>(text.size() - at, 64) + 1);
    switch (below(8)) {
      case 0:
        return flip(text);
      case 1:
        return void(text.insert(at, kWords[below(std::size(kWords))]));
      case 2:
        return void(text.replace(at, length, kWords[below(std::size(kWords))]));
      case 3:
        return void(text.erase(at, length));
      case 4:
        return void(text.insert(at, text.substr(below(text.size()), 64)));
      case 5:
        return void(text.insert(at, below(300), "[{(a1 \"\xc3"[below(9)]));
      case 6:
        return text.resize(at);
      default:
        return splice(text, at);
    }
  }
  void flip(std::string& text) {
    if (!text.empty()) text[below(text.size())] ^= static_cast<char>(1 << below(8));
  }
  void splice(std::string& text, std::size_t at) {
    const auto& other = corpus_[below(corpus_.size())];
    text.resize(at);
    text += other.substr(below(other.size() + 1), kLargest);
  }

  const std::vector<std::string>& corpus_;
  std::mt19937_64 random_{1};  // the standard says what it gives: the same everywhere
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return std::fprintf(stderr, "usage: %s NAME CORPUS INPUTS\n", arguments[0]), 2;
  const auto target = fuzz::targets().find(arguments[1]);
  if (target == fuzz::targets().end())
    return std::fprintf(stderr, "%s: no such target\n", arguments[1]), 2;
  const auto corpus = read_corpus(arguments[2]);
  if (corpus.empty()) return std::fprintf(stderr, "%s: no corpus\n", arguments[2]), 2;
  LastInput last("replay_" + std::string(arguments[1]) + ".input");
  const auto run = [&](const std::string& text) {
    last.remember(text);
    target->second(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  for (const auto& text : corpus) run(text);
  Mutator mutations(corpus);
  for (auto left = std::atol(arguments[3]); left > 0; --left) run(mutations.next());
  std::printf("%zu files, %s mutations\n", corpus.size(), arguments[3]);
}
