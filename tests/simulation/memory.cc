// The memory of alarum-sim. A life takes and gives back some two million small pieces, all of them
// on one thread: lists of free pieces by size, without a lock or a header, are a third of what
// malloc() costs. A sanitizer wants its own (CMakeLists.txt); large pieces are malloc's.
#include "tests/simulation/memory.h"

#ifdef ALARUM_OWN_MEMORY
#include <sqlite3.h>
#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

namespace {

constexpr std::size_t kGrain = 16;
// A page of SQLite's, and what it keeps of it
constexpr std::size_t kLargest = 8192;
constexpr std::size_t kSpan = std::size_t{64} << 10;      // of pieces of one size
constexpr std::size_t kReserved = std::size_t{16} << 30;  // addresses, not memory
constexpr std::size_t kSizes = kLargest / kGrain + 1;

struct Free {
  Free* next;
};

// What is left of a span that was never given out.
struct Fresh {
  char* at = nullptr;
  std::size_t left = 0;
};

class Pieces {
 public:
  void* take(std::size_t size) {
    const auto index = size == 0 ? 1 : (size + kGrain - 1) / kGrain;
    auto*& first = free_[index];
    if (auto* piece = first) {
      first = piece->next;
      __builtin_prefetch(first);  // the next one may not have been touched for long
      return piece;
    }
    const auto size_of_piece = index * kGrain;
    auto& fresh = fresh_[index];
    if (fresh.left < size_of_piece && !add_span(index)) return nullptr;
    fresh.left -= size_of_piece;
    return std::exchange(fresh.at, fresh.at + size_of_piece);
  }
  void give(void* at) {
    auto*& first = free_[index_of(at)];
    first = new (at) Free{first};
  }
  bool has(const void* at) const {
    return static_cast<std::size_t>(static_cast<const char*>(at) - begin_) < used_;
  }
  std::size_t size(const void* at) const { return index_of(at) * kGrain; }

 private:
  std::size_t index_of(const void* at) const {
    return index_[static_cast<std::size_t>(static_cast<const char*>(at) - begin_) / kSpan];
  }
  bool add_span(std::size_t index) {
    if (!begin_) {
      auto* memory = ::mmap(nullptr, kReserved, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (memory == MAP_FAILED) return false;
      ::madvise(memory, kReserved, MADV_HUGEPAGE);
      begin_ = static_cast<char*>(memory);
    }
    if (used_ + kSpan > kReserved) return false;
    index_[used_ / kSpan] = static_cast<std::uint16_t>(index);
    fresh_[index] = {begin_ + used_, kSpan};
    used_ += kSpan;
    return true;
  }

  char* begin_ = nullptr;
  std::size_t used_ = 0;
  std::array<Free*, kSizes> free_{};
  std::array<Fresh, kSizes> fresh_{};
  std::array<std::uint16_t, kReserved / kSpan> index_{};  // by span: the size of its pieces
};

constinit Pieces g_pieces;

void* take(std::size_t size) {
  if (size <= kLargest) {
    if (auto* piece = g_pieces.take(size)) return piece;
  }
  return std::malloc(size);
}

void give(void* at) {
  if (g_pieces.has(at))
    g_pieces.give(at);
  else
    std::free(at);
}

// SQLite asks how large a piece is: of malloc's it stands before it.
constexpr std::size_t kHead = 16;

void* take_for_sqlite(int size) {
  const auto bytes = static_cast<std::size_t>(size);
  if (bytes <= kLargest) {
    if (auto* piece = g_pieces.take(bytes)) return piece;
  }
  auto* memory = static_cast<char*>(std::malloc(bytes + kHead));
  if (!memory) return nullptr;
  std::memcpy(memory, &bytes, sizeof bytes);
  return memory + kHead;
}

int size_for_sqlite(void* at) {
  if (!at) return 0;
  if (g_pieces.has(at)) return static_cast<int>(g_pieces.size(at));
  std::size_t bytes = 0;
  std::memcpy(&bytes, static_cast<char*>(at) - kHead, sizeof bytes);
  return static_cast<int>(bytes);
}

void give_for_sqlite(void* at) {
  if (g_pieces.has(at))
    g_pieces.give(at);
  else
    std::free(static_cast<char*>(at) - kHead);
}

void* resize_for_sqlite(void* at, int size) {
  const auto before = size_for_sqlite(at);
  if (size <= before && g_pieces.has(at)) return at;
  auto* fresh = take_for_sqlite(size);
  if (!fresh) return nullptr;
  std::memcpy(fresh, at, static_cast<std::size_t>(before < size ? before : size));
  give_for_sqlite(at);
  return fresh;
}

int round_up(int size) {
  return (size + 7) & ~7;
}

}  // namespace

void* operator new(std::size_t size) {
  if (auto* memory = take(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept {
  give(at);
}
void operator delete(void* at, std::size_t) noexcept {
  give(at);
}

namespace alarum::simulation {

void give_sqlite_our_memory() {
  static const sqlite3_mem_methods kMethods{take_for_sqlite,   give_for_sqlite,
                                            resize_for_sqlite, size_for_sqlite,
                                            round_up,          [](void*) { return SQLITE_OK; },
                                            [](void*) {},      nullptr};
  sqlite3_config(SQLITE_CONFIG_MALLOC, &kMethods);
}

}  // namespace alarum::simulation

#else
void alarum::simulation::give_sqlite_our_memory() {}
#endif
